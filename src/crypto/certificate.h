#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/utc_time.h"
#include "crypto/private_key.h"

struct x509_st;  // X509: only .cpp files of this room see OpenSSL

namespace crypto {

/// One certificate. Text from its fields is as the issuer wrote it: base::printable before showing.
class Certificate {
  public:
    /// The first CERTIFICATE block. `protocol` if there is none or it cannot be read.
    static base::Result<Certificate> parse_pem(std::string_view pem);

    /// The DNS names (lower case) and IP addresses of the SAN (RFC 8738 section 3). A DNS name that
    /// is spelled like an address is left out.
    std::vector<std::string> names() const;
    base::UtcTime not_before() const;
    base::UtcTime not_after() const;
    std::string subject_common_name() const;
    std::string issuer_common_name() const;
    std::string fingerprint() const;  ///< SHA-256 of the DER, lower-case hex
    bool belongs_to(const PrivateKey& key) const;
    bool has_same_key(const Certificate& other) const;
    /// By its SAN alone: exactly, or by a wildcard, which stands for one label and has two labels
    /// or more after it. A name with other characters than letters, digits and hyphens is covered
    /// by no wildcard.
    bool covers(std::string_view name) const;

    /// The two raw parts of an ARI certID (RFC 9773 section 4.1): the content octets of the serial
    /// number's DER, a leading 00 kept, and the keyIdentifier of the Authority Key Identifier,
    /// empty if the certificate has none.
    std::string serial_der() const;
    std::string authority_key_identifier() const;

    /// Where the issuer publishes what it has revoked (RFC 5280 section 4.2.1.13): http and https
    /// URLs of lists that the issuer signs itself and that leave no reason out.
    std::vector<std::string> crl_urls() const;

    x509_st* native() const noexcept { return certificate_.get(); }

  private:
    struct Free {
        void operator()(x509_st* certificate) const noexcept;
    };
    explicit Certificate(x509_st* owned) : certificate_(owned) {}

    /// One PEM block with nothing around it.
    static base::Result<Certificate> parse_block(std::string_view block);
    friend base::Result<std::vector<Certificate>> parse_chain_pem(std::string_view pem);

    std::unique_ptr<x509_st, Free> certificate_;
};

/// Leaf first.
using CertificateChain = std::vector<Certificate>;

/// All CERTIFICATE blocks, 1 to 10 of them. `protocol` otherwise.
base::Result<CertificateChain> parse_chain_pem(std::string_view pem);

/// A certificate that begins so little ahead of this host's clock is taken for valid.
inline constexpr std::chrono::hours kClockSkew{1};

/// What must hold before a chain goes live (docs/design.md 4.8): the leaf has this key, covers
/// every name, is valid at `now` (or begins up to kClockSkew later), and each certificate is signed
/// by the next, which is an authority's. No trusted root is needed. `protocol` with the reason.
base::Result<void> check_chain(const CertificateChain& chain, const PrivateKey& key,
                               const std::vector<std::string>& names, base::UtcTime now);

}  // namespace crypto
