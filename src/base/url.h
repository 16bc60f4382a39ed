#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// The parts of an absolute http or https URL (RFC 3986 section 3) that tell who is asked and for
/// what. User information is left out: it may hold a password.
struct Url {
    std::string scheme;  ///< `http` or `https`
    std::string host;    ///< lower case; an IPv6 address without brackets
    std::optional<std::uint16_t> port;
    std::string path;   ///< as written, with query and fragment; empty or from `/`, `?` or `#` on
    std::string place;  ///< host and port as written: `[2001:DB8::1]:8443`

    bool is_https() const { return scheme == "https"; }

    /// The port that is connected to.
    std::uint16_t effective_port() const;
};

/// Nothing for what is no such URL: another scheme or none, no host, a port that is no number from
/// 1 to 65535, brackets around what is no IPv6 address, blanks, control characters, backslashes.
std::optional<Url> parse_url(std::string_view text);

/// Are the same host and port asked, over the same scheme? False for what is no URL.
bool is_same_place(std::string_view one, std::string_view other);

}  // namespace base
