#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace crypto {

/// Which certificate does the server at `address`:`port` show for `server_name` (SNI)? Nothing
/// about it is verified: the answer is compared with what was installed. `address` is an IP
/// address. Returns the leaf's fingerprint (SHA-256 of its DER, lower-case hex). `network` or
/// `timeout`.
base::Result<std::string> fetch_served_fingerprint(const std::string& address, std::uint16_t port,
                                                   const std::string& server_name,
                                                   std::chrono::milliseconds deadline);

}  // namespace crypto
