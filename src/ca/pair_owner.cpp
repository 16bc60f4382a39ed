#include "ca/pair_owner.h"

#include "base/directory.h"
#include "crypto/certificate.h"
#include "tls/certs.h"

namespace ca {
namespace {

using store::Owner;

/// The record of a whole host may be lost; each app's state has its own certificate.
base::Result<Owner> owner_of(const store::LocalStore& store, const dokku::AppName& app,
                             const std::string& fingerprint) {
    const auto recorded = store.was_issued(fingerprint);
    if (recorded && *recorded) return Owner::ours;
    const auto state = store.read_state(app.text());
    if (!state) return state.error();
    const bool is_known = state->installed && state->installed->fingerprint == fingerprint;
    if (is_known) return state->installed->owner;
    if (!recorded) return recorded.error();
    return Owner::custom;
}

}  // namespace

base::Result<Owner> find_pair_owner(const dokku::Environment& environment,
                                    const store::LocalStore& store, const dokku::AppName& app,
                                    std::string_view chain_pem) {
    if (tls::is_active(environment, app)) return Owner::ours;
    if (const auto leaf = crypto::Certificate::parse_pem(chain_pem)) {
        return owner_of(store, app, leaf->fingerprint());
    }
    const auto state = store.read_state(app.text());
    if (!state) return state.error();
    if (!state->enabled) return Owner::custom;
    if (state->installed) return state->installed->owner;
    // No run of ours has seen a pair yet: of the official plugin's, its folder is there.
    const bool was_official = base::directory_exists(environment.certs_root(app) / "current");
    return was_official ? Owner::ours : Owner::custom;
}

}  // namespace ca
