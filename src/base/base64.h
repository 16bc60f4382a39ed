#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace base {

/// RFC 4648 section 5 without padding, as JOSE and ACME want it (RFC 7515 section 2).
std::string to_base64url(std::string_view bytes);

/// Reads base64url; complete padding is accepted, anything else outside the alphabet is not.
std::optional<std::string> parse_base64url(std::string_view text);

/// RFC 4648 section 4 with padding; line ends and blanks are skipped.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace base
