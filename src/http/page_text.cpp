#include "http/page_text.h"

#include <algorithm>

#include "base/text.h"

namespace http {
namespace {

constexpr std::size_t kMostRead = 16UL << 10U;
constexpr std::size_t kMostShown = 200;

/// Where the element that opens at `at` ends, if its content is not for people; else `at`.
std::size_t after_hidden(std::string_view lower, std::size_t at) {
    for (const std::string_view name : {"script", "style"}) {
        if (lower.substr(at + 1, name.size()) != name) continue;
        const std::size_t close = lower.find("</" + std::string(name), at);
        return close == std::string_view::npos ? lower.size() : close;
    }
    return at;
}

}  // namespace

std::string page_text(std::string_view body) {
    const std::string lower = base::to_lower(body.substr(0, kMostRead));
    std::string text;
    bool blank_due = false;
    for (std::size_t at = 0; at < lower.size() && text.size() <= kMostShown; ++at) {
        const char c = body[at];
        if (c == '<') {
            at = std::min(lower.find('>', after_hidden(lower, at)), lower.size());
            blank_due = true;
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            blank_due = true;
        } else {
            if (blank_due && !text.empty()) text += ' ';
            blank_due = false;
            text += c;
        }
    }
    return base::printable(text, kMostShown);
}

}  // namespace http
