#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace acme {

/// The enumerator for a CA's word, `unknown` for any other: RFC 8555 may grow.
template <class Enum, std::size_t Count>
Enum parse_word(const std::optional<std::string>& word,
                const std::array<std::pair<std::string_view, Enum>, Count>& words) {
    for (const auto& [text, value] : words) {
        if (word == text) return value;
    }
    return Enum::unknown;
}

}  // namespace acme
