#include "lifecycle/pair_owner.h"

#include "base/directory.h"
#include "crypto/certificate.h"
#include "dokku/certs.h"

namespace lifecycle {

base::Result<bool> is_of_letsencrypt(const dokku::Environment& environment,
                                     const store::LocalStore& store, const dokku::AppName& app,
                                     std::string_view chain_pem) {
    if (dokku::is_active(environment, app)) return true;
    if (const auto leaf = crypto::Certificate::parse_pem(chain_pem)) {
        return store.was_issued(leaf->fingerprint());
    }
    const auto state = store.read_state(app.text());
    if (!state || !state->enabled) return false;
    if (state->installed) return state->installed->owner == store::Owner::ours;
    // No run of ours has seen a pair yet: of the official plugin's, its folder is there.
    return base::directory_exists(environment.certs_root(app) / "current");
}

}  // namespace lifecycle
