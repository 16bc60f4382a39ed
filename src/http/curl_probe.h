#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace http {

/// Which certificate does the server at `address`:`port` show for `server_name` (SNI)? Nothing
/// about it is verified, and nothing is sent: the answer is compared with what was installed.
/// `address` is an IP address (`invalid_input` otherwise, as for a name that no URL can have); an
/// IP address as `server_name` sends no SNI (RFC 6066 section 3). Returns the leaf as PEM.
/// `network` or `timeout`; `deadline` covers the whole.
base::Result<std::string> fetch_served_certificate(const std::string& address, std::uint16_t port,
                                                   const std::string& server_name,
                                                   std::chrono::milliseconds deadline);

}  // namespace http
