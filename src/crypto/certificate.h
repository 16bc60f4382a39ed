#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/utc_time.h"
#include "crypto/private_key.h"

struct x509_st;  // X509

namespace crypto {

/// One certificate.
class Certificate {
  public:
    /// The first CERTIFICATE block. `protocol` if there is none or it cannot be read.
    static base::Result<Certificate> parse_pem(std::string_view pem);

    std::vector<std::string> names() const;  ///< DNS names (lower case) and IP addresses of the SAN
    base::UtcTime not_before() const;
    base::UtcTime not_after() const;
    std::string serial_hex() const;  ///< lower case, no leading zeros
    std::string subject_common_name() const;
    std::string issuer_common_name() const;
    std::string fingerprint() const;  ///< SHA-256 of the DER, lower-case hex
    bool belongs_to(const PrivateKey& key) const;
    bool covers(std::string_view name) const;  ///< exactly, or by a wildcard of one label

    x509_st* native() const noexcept { return certificate_.get(); }

  private:
    friend class CertificateReader;
    struct Free {
        void operator()(x509_st* certificate) const noexcept;
    };
    explicit Certificate(x509_st* owned) : certificate_(owned) {}

    std::unique_ptr<x509_st, Free> certificate_;
};

/// Leaf first.
using CertificateChain = std::vector<Certificate>;

/// All CERTIFICATE blocks, 1 to 10 of them. `protocol` otherwise.
base::Result<CertificateChain> parse_chain_pem(std::string_view pem);

/// What must hold before a chain goes live (design section 5): the leaf has this key, covers every
/// name, is valid at `now` (a start up to one hour ahead is clock skew), and each certificate is
/// signed by the next. No trusted root is needed. `protocol` with the reason.
base::Result<void> check_chain(const CertificateChain& chain, const PrivateKey& key,
                               const std::vector<std::string>& names, base::UtcTime now);

}  // namespace crypto
