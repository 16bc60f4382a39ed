#pragma once

#include <string>
#include <vector>

#include "ca/context.h"
#include "crypto/certificate.h"
#include "dokku/app.h"

namespace revocation {

/// A certificate that has the key of another one, and is not expired.
struct SameKey {
    enum class Place {
        served,   ///< by nginx, and of letsencrypt
        custom,   ///< by nginx, a custom certificate
        current,  ///< in certs/current, while another one of letsencrypt is served, or none
        spare,    ///< in certs/current, while a custom certificate is served
        kept,     ///< in another folder beside it
    };
    dokku::AppName app;
    std::vector<std::string> names;
    std::string fingerprint;
    Place place = Place::served;
};

/// Those of all apps but for the compromised one itself, which was this app's; each once for each
/// app, also where another app has the very same. Of one app at most the first is `served`,
/// `current` or `spare`, and of the app none: what it serves is going.
std::vector<SameKey> find_same_key(const ca::Context& context, const dokku::AppName& app,
                                   const crypto::Certificate& compromised);

/// A CA revokes them as well once it blocks the key. Names each; one of letsencrypt that is in use
/// is noted as revoked and due, so that the retry job orders another one, with a key of its own.
void replace_same_key(const ca::Context& context, const dokku::AppName& app,
                      const crypto::Certificate& compromised);

}  // namespace revocation
