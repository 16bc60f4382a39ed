#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "acme/client.h"
#include "acme/failure.h"
#include "async/task.h"

namespace acme {

/// Why a certificate is revoked (RFC 5280 section 5.3.1); those that a subscriber may give.
enum class RevocationReason {
    unspecified = 0,
    key_compromise = 1,
    affiliation_changed = 3,
    superseded = 4,
    cessation_of_operation = 5,
};

/// The RFC's word (`keyCompromise`) or its number.
std::optional<RevocationReason> parse_revocation_reason(std::string_view word);

/// Who signs the request (RFC 8555 section 7.6).
enum class RevocationSigner {
    account,          ///< the client's account
    certificate_key,  ///< the client's key is the certificate's own
};

/// Revokes one certificate, given as DER. One that is revoked already (`alreadyRevoked`) is
/// success. `not_found` if the CA offers no revocation.
async::Task<Outcome<void>> revoke_certificate(Client& client, std::string der,
                                              RevocationReason reason, RevocationSigner signer);

}  // namespace acme
