#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "async/task.h"
#include "base/result.h"

namespace http {

/// Which certificates do servers show? Asks them side by side.
class CertificateProbe {
  public:
    CertificateProbe() = default;
    CertificateProbe(const CertificateProbe&) = delete;
    CertificateProbe& operator=(const CertificateProbe&) = delete;
    CertificateProbe(CertificateProbe&&) = delete;
    CertificateProbe& operator=(CertificateProbe&&) = delete;
    virtual ~CertificateProbe() = default;

    /// Which certificate does the server at `address`:`port` show for `server_name` (SNI)? Nothing
    /// about it is verified, and nothing is sent: the answer is compared with what was installed.
    /// `address` is an IP address (`invalid_input` otherwise, as for a name that no URL can have);
    /// an IP address as `server_name` sends no SNI (RFC 6066 section 3). Gives the leaf as PEM.
    /// `network` or `timeout`; `deadline` covers the whole.
    virtual async::Task<base::Result<std::string>> fetch(std::string address, std::uint16_t port,
                                                         std::string server_name,
                                                         std::chrono::milliseconds deadline) = 0;
};

}  // namespace http
