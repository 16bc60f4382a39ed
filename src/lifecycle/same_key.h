#pragma once

#include <string>
#include <vector>

#include "crypto/certificate.h"
#include "dokku/app.h"
#include "lifecycle/context.h"

namespace lifecycle {

/// A certificate of ours that has the key of another one, and is not expired.
struct SameKey {
    enum class Place {
        served,   ///< by nginx
        current,  ///< in certs/current, while another one is served, or none
        kept,     ///< in another folder beside it
    };
    dokku::AppName app;
    std::vector<std::string> names;
    std::string fingerprint;
    Place place = Place::served;
};

/// Those of all apps but for the compromised one itself, which was this app's; each once. Of one
/// app at most the first is `served` or `current`, and of the app none: what it serves is going.
std::vector<SameKey> find_same_key(const Context& context, const dokku::AppName& app,
                                   const crypto::Certificate& compromised);

/// A CA revokes them as well once it blocks the key. Names each; what is in use is noted as revoked
/// and due, so that the minute's run orders another one, with a key of its own.
void replace_same_key(const Context& context, const dokku::AppName& app,
                      const crypto::Certificate& compromised);

}  // namespace lifecycle
