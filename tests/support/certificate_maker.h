#pragma once

#include <string>
#include <vector>

#include "base/utc_time.h"
#include "crypto/private_key.h"

namespace test {

/// What a certificate of a test says. The empty initializers let a test name only what it is about.
struct CertificateSpec {
    std::string common_name{};
    std::vector<std::string> names{};  ///< DNS names and IP addresses of the SAN
    std::string issuer_name{};         ///< the issuer's common name; empty: self-signed
    base::UtcTime not_before = base::from_unix(1'769'000'000);
    base::UtcTime not_after = base::from_unix(1'776'000'000);
    std::string serial_bytes{"\x01\x23\x45", 3};  ///< big-endian, positive
    bool is_authority = false;
    std::string authority_key_identifier{};  ///< raw bytes; empty: none
};

/// A certificate in PEM for `subject`, signed by `signer`.
std::string make_certificate(const CertificateSpec& spec, const crypto::PrivateKey& subject,
                             const crypto::PrivateKey& signer);

/// A self-signed one.
std::string make_certificate(const CertificateSpec& spec, const crypto::PrivateKey& key);

/// A fresh key; P-256 unless the test is about types.
crypto::PrivateKey make_key(crypto::KeyType type = crypto::KeyType::p256);

}  // namespace test
