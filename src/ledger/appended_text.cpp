#include "ledger/appended_text.h"

#include <algorithm>
#include <string_view>

namespace ledger {
namespace {

constexpr std::size_t kMaxPart = 64UL << 20U;
constexpr std::size_t kEnough = 200;  ///< to tell a line from any other

/// "" of a file that is missing or shorter.
base::Result<std::string> read_rest(const base::Path& file, std::size_t from) {
    const auto stamp = base::stamp_file(file);
    if (!stamp && stamp.error().kind == base::ErrorKind::not_found) return std::string{};
    if (!stamp) return stamp.error();
    if (stamp->bytes <= from) return std::string{};
    if (stamp->bytes - from > kMaxPart) {
        return base::fail(base::ErrorKind::io, "reading " + file.string() +
                                                   ": it has too many bytes, so it was not read");
    }
    return base::read_part(file, from, stamp->bytes - from);
}

}  // namespace

base::Result<AppendedText::News> AppendedText::read() {
    const std::size_t known = last_words_.size();
    auto text = read_rest(file_, end_ - known);
    if (!text) return std::move(text).error();
    News news;
    news.is_whole = !has_read_ || !text->starts_with(last_words_);
    if (news.is_whole && end_ > 0) {
        end_ = 0;
        last_words_.clear();
        has_read_ = false;
        return read();
    }
    const std::string_view added = std::string_view{*text}.substr(known);
    const auto last = added.rfind('\n');
    const std::size_t whole = last == std::string_view::npos ? 0 : last + 1;
    news.lines = added.substr(0, whole);
    news.rest = added.substr(whole);
    end_ += whole;
    if (whole > 0)
        last_words_ = added.substr(whole - std::min(whole, kEnough), std::min(whole, kEnough));
    has_read_ = true;
    return news;
}

}  // namespace ledger
