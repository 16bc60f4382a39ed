#pragma once

#include <string>
#include <string_view>

namespace crypto {

/// Raw digest bytes.
std::string sha256(std::string_view bytes);

/// Lower-case hex; only for names in the official layout (docs/dokku.md 10.4), never for trust.
std::string sha1_hex(std::string_view bytes);

/// Raw HMAC (RFC 2104): the HS256, HS384 and HS512 of an external account binding (RFC 8555 section
/// 7.3.4).
std::string hmac_sha256(std::string_view key, std::string_view bytes);
std::string hmac_sha384(std::string_view key, std::string_view bytes);
std::string hmac_sha512(std::string_view key, std::string_view bytes);

}  // namespace crypto
