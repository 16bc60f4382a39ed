#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Without leading and trailing blanks, tabs and line ends.
std::string_view trim(std::string_view text);

/// ASCII only; other bytes stay.
std::string to_lower(std::string_view text);

/// The lines of `text` without their ends (LF or CRLF). A final line end opens no empty line.
std::vector<std::string_view> split_lines(std::string_view text);

/// The words of `text` between runs of blanks, tabs and line ends, as an unquoted shell word list.
std::vector<std::string_view> split_words(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// A decimal number with an optional minus sign and nothing else.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// Lower-case hexadecimal of the bytes.
std::string to_hex(std::string_view bytes);

/// Each byte that is not part of well-formed UTF-8 (RFC 3629) becomes `?`.
std::string to_utf8(std::string_view bytes);

/// Makes text from outside (CA, DNS, nginx) safe for one terminal line: control bytes, escapes,
/// marks that reorder or hide text and invalid UTF-8 become one `?` for each byte, blanks and line
/// ends a blank, and more than `max_bytes` is cut with `...`.
std::string printable(std::string_view text, std::size_t max_bytes);

/// A link is no good without its end, and one that is signed is long.
inline constexpr std::size_t kMostWithLink = 8UL << 10U;

/// The same, cut after 600 bytes, or after kMostWithLink where there is a link in it.
std::string printable(std::string_view text);

}  // namespace base
