#include "base/pem.h"

#include "base/base64.h"

namespace base {

std::vector<std::string_view> pem_blocks(std::string_view text, std::string_view label) {
    const std::string begin = "-----BEGIN " + std::string{label} + "-----";
    const std::string end = "-----END " + std::string{label} + "-----";
    std::vector<std::string_view> blocks;
    for (auto at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at)) {
        const auto stop = text.find(end, at);
        if (stop == std::string_view::npos) break;
        blocks.push_back(text.substr(at, stop + end.size() - at));
        at = stop + end.size();
    }
    return blocks;
}

std::string_view first_certificate(std::string_view text) {
    constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
    const auto at = text.find(kBegin);
    if (at == std::string_view::npos) return {};
    const auto stop = text.find(kEnd, at);
    if (stop == std::string_view::npos) return {};
    return text.substr(at, stop + kEnd.size() - at);
}

std::string pem_to_der(std::string_view block) {
    const auto start = block.find('\n');
    const auto stop = block.rfind("-----END ");
    if (start == std::string_view::npos || stop == std::string_view::npos || stop < start)
        return {};
    return parse_base64(block.substr(start, stop - start)).value_or(std::string{});
}

}  // namespace base
