#pragma once

#include <optional>
#include <string>

#include "base/secret.h"
#include "base/utc_time.h"
#include "crypto/certificate.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "store/app_state.h"

namespace renewal {

/// A pair in certs/current that could be served again.
struct StoredPair {
    crypto::CertificateChain chain;  ///< leaf first
    std::string chain_pem;
    base::Secret key_pem;
};

/// Of the pairs in certs/current that are complete the one that lasts longest. Ours lies there in
/// both forms, in `certificates/` and as fullchain.pem with key.pem; one of the official plugin's
/// in `certificates/` alone. The second form alone is none: lego, which does not know it, takes
/// what it revokes out of `certificates/` and leaves the rest.
std::optional<StoredPair> find_stored_pair(const dokku::Environment& environment,
                                           const dokku::AppName& app);

/// Is it within its dates?
bool is_in_time(const StoredPair& pair, base::UtcTime now);

/// Has its CA revoked the certificate, or called it back (renewal_plan.h), by the answers that the
/// app's state has? Asks no CA.
bool is_known_revoked(const store::AppState& state, const crypto::Certificate& leaf,
                      base::UtcTime now);

}  // namespace renewal
