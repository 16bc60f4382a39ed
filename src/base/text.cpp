#include "base/text.h"

#include <charconv>

namespace base {
namespace {

constexpr std::string_view kBlank = " \t\r\n\v\f";

/// Controls, line ends and marks that reorder or hide text: a terminal or an eye may obey them.
bool is_treacherous(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
           (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe0fff);
}

struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 0;  ///< 0: there is none
};

/// The well-formed UTF-8 sequence (RFC 3629) at the front of `text`, which is not empty.
Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return static_cast<unsigned char>(text[i]);
    };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    std::size_t length = 0;
    if (lead >= 0xc2 && lead <= 0xdf) length = 2;
    if (lead >= 0xe0 && lead <= 0xef) length = 3;
    if (lead >= 0xf0 && lead <= 0xf4) length = 4;
    if (length == 0 || text.size() < length) return {};
    std::uint32_t code = lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return {};
        code = (code << 6U) | (byte(i) & 0x3fU);
    }
    // The lead byte alone does not rule out overlong forms, surrogates and numbers past Unicode.
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool no_character = (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff;
    return overlong || no_character ? Character{} : Character{code, length};
}

}  // namespace

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string to_lower(std::string_view text) {
    std::string lower{text};
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return lines;
}

std::vector<std::string_view> split_words(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t at = text.find_first_not_of(kBlank); at != std::string_view::npos;) {
        const auto end = text.find_first_of(kBlank, at);
        words.push_back(text.substr(at, end - at));
        at = end == std::string_view::npos ? end : text.find_first_not_of(kBlank, end);
    }
    return words;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string joined;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i != 0) joined += separator;
        joined += parts[i];
    }
    return joined;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 15U];
    }
    return hex;
}

std::string to_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t length = first_character(bytes).bytes;
        text += length == 0 ? "?" : bytes.substr(0, length);
        bytes.remove_prefix(length == 0 ? 1 : length);
    }
    return text;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string shown;
    while (!text.empty()) {
        const Character first = first_character(text);
        const std::size_t length = is_treacherous(first.code) ? 0 : first.bytes;
        const std::string_view piece = length == 0 ? "?" : text.substr(0, length);
        if (shown.size() + piece.size() > max_bytes) return shown + "...";
        // A line end inside a message reads as a blank, so that one message stays one line.
        const bool blank = kBlank.find(text.front()) != std::string_view::npos;
        shown += blank ? std::string_view{" "} : piece;
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return shown;
}

std::string printable(std::string_view text) {
    constexpr std::size_t kUsual = 600;
    const bool has_link = text.find("https://") != std::string_view::npos ||
                          text.find("http://") != std::string_view::npos;
    return printable(text, has_link ? kMostWithLink : kUsual);
}

}  // namespace base
