#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "crypto/private_key.h"

namespace acme {

/// How a binding is signed (RFC 7518 section 3.2). The CA says which one it wants.
enum class MacAlgorithm { hs256, hs384, hs512 };

/// What a CA gave to a customer, to bind an ACME account to (RFC 8555 section 7.3.4).
struct ExternalAccount {
    std::string key_id;
    base::Secret hmac_key;  ///< in base64url, as CAs hand it out
    MacAlgorithm algorithm = MacAlgorithm::hs256;
};

/// The member `externalAccountBinding` of newAccount: a JWS over the account's public key.
/// `invalid_input` for a key that is no base64url; the key is never in the error.
base::Result<std::string> make_binding(const ExternalAccount& external,
                                       const crypto::PrivateKey& account_key,
                                       const std::string& new_account_url);

}  // namespace acme
