#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/utc_time.h"
#include "crypto/private_key.h"

namespace test {

/// What a certificate of a test says. The empty initializers let a test name only what it is about.
struct CertificateSpec {
    std::string common_name{};
    /// DNS names and IP addresses of the SAN; `DNS:` in front makes a name of what looks like an
    /// address.
    std::vector<std::string> names{};
    std::string issuer_name{};  ///< the issuer's common name; empty: self-signed
    base::UtcTime not_before = base::from_unix(1'769'000'000);
    base::UtcTime not_after = base::from_unix(1'776'000'000);
    std::string serial_bytes{"\x01\x23\x45", 3};  ///< big-endian, positive
    bool is_authority = false;
    std::string authority_key_identifier{};  ///< raw bytes; empty: none
    /// The CRL distribution points, each as OpenSSL's configuration writes it: `URI:http://...`.
    std::vector<std::string> crl_points{};
    std::string key_usage{"critical,keyCertSign,cRLSign"};  ///< of an authority
};

/// A certificate in PEM for `subject`, signed by `signer`.
std::string make_certificate(const CertificateSpec& spec, const crypto::PrivateKey& subject,
                             const crypto::PrivateKey& signer);

/// The same for the key of a request (PKCS#10 in DER).
std::string make_certificate_for(const CertificateSpec& spec, const std::string& request_der,
                                 const crypto::PrivateKey& signer);

/// The DNS names that a request asks for. Throws where it cannot be read.
std::vector<std::string> names_in_request(const std::string& request_der);

/// A self-signed one.
std::string make_certificate(const CertificateSpec& spec, const crypto::PrivateKey& key);

/// What a list of revoked certificates of a test says.
struct CrlSpec {
    struct Entry {
        std::string serial_bytes{};
        base::UtcTime at{};
        std::optional<int> reason{};
    };
    std::string issuer_name{};
    base::UtcTime made = base::from_unix(1'770'000'000);
    std::optional<base::UtcTime> until = base::from_unix(1'770'600'000);
    std::vector<Entry> revoked{};
    /// The issuing distribution point as OpenSSL's configuration writes it; empty: none.
    std::string scope{};
    bool is_delta = false;
};

/// The list in DER.
std::string make_crl(const CrlSpec& spec, const crypto::PrivateKey& signer);

/// A fresh key; P-256 unless the test is about types.
crypto::PrivateKey make_key(crypto::KeyType type = crypto::KeyType::p256);

}  // namespace test
