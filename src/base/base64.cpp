#include "base/base64.h"

#include <cstdint>

namespace base {
namespace {

constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::string> decode(std::string_view text, std::string_view alphabet) {
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>((bits >> static_cast<unsigned>(held)) & 0xffU);
        }
    }
    // A lone sextet holds no byte; leftover bits must be zero, or two texts would mean one value.
    const std::uint32_t leftover = bits & ((1U << static_cast<unsigned>(held)) - 1U);
    if (held == 6 || leftover != 0) return std::nullopt;
    return bytes;
}

/// Removes the padding if it is the one that the length asks for; else it stays and is refused.
std::string_view without_padding(std::string_view text) {
    if (text.size() % 4 != 0) return text;
    for (int i = 0; i < 2 && text.ends_with('='); ++i)
        text.remove_suffix(1);
    return text;
}

}  // namespace

std::string to_base64url(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(c);
        held += 8;
        while (held >= 6) {
            held -= 6;
            text += kUrlAlphabet[(bits >> held) & 63U];
        }
    }
    if (held > 0) text += kUrlAlphabet[(bits << (6U - held)) & 63U];
    return text;
}

std::optional<std::string> parse_base64url(std::string_view text) {
    return decode(without_padding(text), kUrlAlphabet);
}

std::optional<std::string> parse_base64(std::string_view text) {
    std::string compact;
    compact.reserve(text.size());
    for (const char c : text) {
        if (c != '\n' && c != '\r' && c != ' ' && c != '\t') compact += c;
    }
    if (compact.size() % 4 != 0) return std::nullopt;
    return decode(without_padding(compact), kAlphabet);
}

}  // namespace base
