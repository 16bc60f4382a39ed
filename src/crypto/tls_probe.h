#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace crypto {

/// Which certificate does the server at `address`:`port` show for `server_name` (SNI)? Nothing
/// about it is verified: the answer is compared with what was installed. `address` is an IP
/// address (`invalid_input` otherwise); an IP address as `server_name` sends no SNI (RFC 6066
/// section 3). Returns the leaf's fingerprint (SHA-256 of its DER, lower-case hex). `network` or
/// `timeout`; `deadline` covers the whole.
base::Result<std::string> fetch_served_fingerprint(const std::string& address, std::uint16_t port,
                                                   const std::string& server_name,
                                                   std::chrono::milliseconds deadline);

}  // namespace crypto
