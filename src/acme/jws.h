#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/private_key.h"

namespace acme {

/// The protected header of a signed request (RFC 8555 section 6.2). `alg` is the key's.
struct JwsHeader {
    std::string url;    ///< byte for byte the URL of the request
    std::string nonce;  ///< left out if empty
    std::string kid;  ///< the account URL; if empty, `jwk` with the public key stands in its place
};

/// The flattened JSON serialization with exactly protected, payload and signature (RFC 7515 section
/// 7.2.2). The payload "" is a POST-as-GET, "{}" starts a challenge. `internal` if OpenSSL cannot
/// sign.
base::Result<std::string> sign_jws(const crypto::PrivateKey& key, const JwsHeader& header,
                                   std::string_view payload);

}  // namespace acme
