#pragma once

#include <string>
#include <string_view>

namespace crypto {

/// The 4 or 16 bytes of an IP address in network order; empty if `text` is none.
std::string parse_ip_address(std::string_view text);

/// The usual text of 4 or 16 bytes (RFC 5952 for IPv6); empty for any other number of bytes.
std::string to_ip_text(std::string_view bytes);

}  // namespace crypto
