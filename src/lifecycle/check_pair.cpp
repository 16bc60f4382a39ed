#include "lifecycle/check_pair.h"

#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "crypto/certificate.h"
#include "crypto/served_pair.h"
#include "dokku/certs.h"
#include "dokku/tls_exchange.h"

namespace lifecycle {
namespace {

base::Result<dokku::TlsPair> read_pair(const base::Path& chain_file, const base::Path& key_file) {
    auto chain = base::read_file(chain_file);
    if (!chain) return std::move(chain).error();
    auto key = base::read_file(key_file);
    if (!key) return std::move(key).error();
    return dokku::TlsPair{std::move(*chain), base::Secret{std::move(*key)}};
}

base::Result<void> check(const dokku::TlsPair& pair) {
    return crypto::check_served_pair(pair.chain_pem, pair.key_pem.reveal());
}

/// Where not even the certificate can be read, what was known of the pair before decides.
bool is_ours(const dokku::Environment& environment, const store::LocalStore& store,
             const dokku::AppName& app, const dokku::TlsPair& pair) {
    if (dokku::is_active(environment, app)) return true;
    const auto leaf = crypto::Certificate::parse_pem(pair.chain_pem);
    if (leaf) {
        const auto issued = store.was_issued(leaf->fingerprint());
        return issued && *issued;
    }
    const auto state = store.read_state(app.text());
    return state && state->installed && state->installed->owner == store::Owner::ours;
}

std::optional<dokku::TlsPair> find_good_pair(const dokku::Environment& environment,
                                             const dokku::AppName& app) {
    for (const base::Path& file : dokku::current_certificates(environment, app)) {
        auto pair = read_pair(file, dokku::key_file_of(file));
        if (pair && check(*pair)) return std::move(*pair);
    }
    return std::nullopt;
}

base::Result<void> note_sound(const dokku::Environment& environment, const store::LocalStore& store,
                              const dokku::AppName& app) {
    const std::string stamp = dokku::stamp_pair(environment, app);
    return store.update_existing_state(
        app.text(), [&](store::AppState& state) { state.checked_pair = stamp; });
}

void tell_damage(const dokku::Log& log, const dokku::AppName& app, const base::Path& tls,
                 const base::Error& damage, bool ours) {
    log.warn("The certificate of " + app.text() + " is damaged, and nginx will not load it: " +
             damage.message + " (" + (tls / "server.crt").string() + ", server.key)");
    log.warn(ours ? "Get another one with: dokku letsencrypt:enable " + app.text() + " --force"
                  : "It is not of letsencrypt. Install it anew with: dokku certs:add " +
                        app.text() + " <certificate> <key>, or take it away with: dokku " +
                        "certs:remove " + app.text());
}

}  // namespace

base::Result<void> check_installed_pair(const dokku::Environment& environment,
                                        const store::LocalStore& store, const dokku::Log& log,
                                        const dokku::AppName& app) {
    const base::Path tls = environment.tls_root(app);
    const auto pair = read_pair(tls / "server.crt", tls / "server.key");
    if (!pair) return pair.error();
    const auto sound = check(*pair);
    if (sound) return note_sound(environment, store, app);
    const bool ours = is_ours(environment, store, app, *pair);
    const auto good = ours ? find_good_pair(environment, app) : std::nullopt;
    if (!good) {
        tell_damage(log, app, tls, sound.error(), ours);
        return {};
    }
    auto put_back =
        dokku::exchange_tls(environment.app_root(app), *good, pair->chain_pem);
    if (!put_back) return put_back;
    log.warn("The certificate of " + app.text() + " was damaged: " + sound.error().message + " (" +
             (tls / "server.crt").string() + ", server.key)");
    log.warn("The last good one was put back in its place.");
    return note_sound(environment, store, app);
}

}  // namespace lifecycle
