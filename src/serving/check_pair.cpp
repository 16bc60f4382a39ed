#include "serving/check_pair.h"

#include <optional>
#include <string>
#include <utility>

#include "base/directory.h"
#include "ca/pair_owner.h"
#include "crypto/certificate.h"
#include "renewal/loadable.h"
#include "renewal/standing.h"
#include "renewal/stored_pair.h"
#include "status/unseen_names.h"
#include "tls/backup.h"
#include "tls/certs.h"
#include "tls/exchange_pair.h"

namespace serving {
namespace {

/// There is no time to ask a CA whether it was revoked: what it has answered before decides.
std::optional<tls::TlsPair> find_good_pair(const dokku::Environment& environment,
                                           const store::LocalStore& store,
                                           const dokku::AppName& app, base::UtcTime now) {
    auto stored = renewal::find_stored_pair(environment, app);
    const auto state = store.read_state(app.text());
    if (!stored || !state || renewal::is_known_revoked(*state, stored->chain.front(), now)) {
        return std::nullopt;
    }
    return tls::TlsPair{std::move(stored->chain_pem), std::move(stored->key_pem)};
}

base::Result<void> note_valid(const store::LocalStore& store, const dokku::AppName& app,
                              const std::string& stamp) {
    return store.update_existing_state(
        app.text(), [&](store::AppState& state) { state.verified_pair_stamp = stamp; });
}

/// By the retry job, which has the vhost rebuilt.
base::Result<void> have_it_loaded(const store::LocalStore& store, const dokku::Log& log,
                                  const dokku::AppName& app, const tls::TlsPair& pair,
                                  base::UtcTime now) {
    log.warn("Load it with: dokku proxy:build-config " + app.text());
    const auto leaf = crypto::Certificate::parse_pem(pair.chain_pem);
    if (!leaf) return leaf.error();
    return store.update_existing_state(app.text(), [&](store::AppState& state) {
        status::note_unseen(state, leaf->names(), now);
    });
}

void tell_damage(const dokku::Log& log, const dokku::AppName& app, const base::Path& tls,
                 const base::Error& damage, bool ours) {
    log.warn("The certificate of " + app.text() + " is damaged, and nginx will not load it: " +
             damage.message + " (" + (tls / "server.crt").string() + ", server.key)");
    const std::string remove = "dokku certs:remove " + app.text();
    log.warn(ours ? "Get another one with: " + remove + ", then dokku letsencrypt:enable " +
                        app.text()
                  : "It is not of letsencrypt. Install it anew with: dokku certs:add " +
                        app.text() + " <certificate> <key>, or take it away with: " + remove);
}

/// `damaged` has what is there now.
base::Result<void> put_back(const dokku::Environment& environment, const dokku::Log& log,
                            const dokku::AppName& app, const renewal::PairFiles& damaged,
                            const tls::TlsPair& good, base::UtcTime now) {
    const base::Path root = environment.app_root(app);
    std::string told = "The last good one was put back in its place";
    if (damaged.chain_pem || damaged.key_pem) {
        // It may hold a key that is nowhere else.
        const auto kept = tls::back_up_pair(root, now);
        if (!kept) return kept.error();
        told += "; what was there is kept in " + (root / *kept).string();
    }
    auto exchanged = tls::exchange_pair(environment, app, root, good, damaged.chain_pem);
    if (exchanged) log.warn(told);
    return exchanged;
}

}  // namespace

base::Result<void> check_installed_pair(const dokku::Environment& environment,
                                        const store::LocalStore& store, const dokku::Log& log,
                                        const dokku::AppName& app, base::UtcTime now) {
    const std::string stamp = tls::stamp_pair(environment, app);
    if (stamp.empty()) return {};
    const base::Path tls = environment.tls_root(app);
    const auto files = renewal::read_pair_in_place(environment, app);
    if (!files) return files.error();
    const auto valid = renewal::check_pair_files(*files);
    if (valid) return note_valid(store, app, stamp);
    const auto owner = ca::find_pair_owner(environment, store, app, files->chain_pem.value_or(""));
    if (!owner) return owner.error();
    const bool ours = *owner == store::Owner::ours;
    const auto good = ours ? find_good_pair(environment, store, app, now) : std::nullopt;
    if (!good) {
        tell_damage(log, app, tls, valid.error(), ours);
        return {};
    }
    log.warn("The certificate of " + app.text() + " was damaged: " + valid.error().message + " (" +
             (tls / "server.crt").string() + ", server.key)");
    auto back = put_back(environment, log, app, *files, *good, now);
    if (!back) return back;
    const bool was_whole = files->chain_pem && files->key_pem;
    if (auto noted = note_valid(store, app, tls::stamp_pair(environment, app)); !noted) {
        return noted;
    }
    // Dokku writes a vhost without https where one of the files is missing.
    return was_whole ? base::Result<void>{} : have_it_loaded(store, log, app, *good, now);
}

namespace {

/// Is a pair of ours to take the place of what is left, by the app's state or, if that was lost, by
/// what else is known of the app?
base::Result<bool> is_to_come_back(const ca::Context& context, const dokku::AppName& app,
                                   const store::AppState& state, const std::string& chain_pem) {
    if (state.switched_off) return false;
    if (!state.enabled) {
        const auto standing =
            renewal::read_standing(context.environment, context.store, app, context.clock.now());
        return standing && *standing == renewal::Standing::lost;
    }
    const auto owner = ca::find_pair_owner(context.environment, context.store, app, chain_pem);
    if (!owner) return owner.error();
    return *owner == store::Owner::ours;
}

}  // namespace

async::Task<base::Result<bool>> restore_missing_pair(renewal::CaInquiries& inquiries,
                                                     dokku::AppName app) {
    const ca::Context& context = inquiries.context();
    const dokku::Environment& environment = context.environment;
    const store::LocalStore& store = context.store;
    const base::UtcTime now = context.clock.now();
    const auto files = renewal::read_pair_in_place(environment, app);
    if (!files) co_return files.error();
    const auto state = store.read_state(app.text());
    if (!state) co_return state.error();
    const auto wanted = is_to_come_back(context, app, *state, files->chain_pem.value_or(""));
    if (!wanted) co_return wanted.error();
    if (!*wanted) co_return false;
    auto stored = renewal::find_stored_pair(environment, app);
    if (!stored) co_return false;
    const bool was_revoked = co_await inquiries.was_revoked(app, *stored);
    if (was_revoked) co_return false;
    const tls::TlsPair good{std::move(stored->chain_pem), std::move(stored->key_pem)};
    if (auto back = put_back(environment, context.log, app, *files, good, now); !back) {
        co_return std::move(back).error();
    }
    auto noted = note_valid(store, app, tls::stamp_pair(environment, app));
    if (!noted) co_return std::move(noted).error();
    co_return true;
}

namespace {

/// Is letsencrypt to look after what stands in `tls/`? An app without a state is one of ours if its
/// certificate lies in certs/current.
bool is_ours_to_mend(const ca::Context& context, const dokku::AppName& app,
                     const store::AppState& state) {
    if (!context.store.has_state(app.text())) return tls::is_active(context.environment, app);
    const bool is_custom = state.installed && state.installed->owner == store::Owner::custom;
    return state.enabled && !is_custom;
}

}  // namespace

bool check_pair_of_ours(const ca::Context& context, const dokku::AppName& app) {
    const auto state = context.store.read_state(app.text());
    if (!state || state->verified_pair_stamp == tls::stamp_pair(context.environment, app))
        return true;
    if (!is_ours_to_mend(context, app, *state)) {
        return renewal::check_loadable(context.environment, *state, app).has_value();
    }
    const auto lock = context.store.try_lock_app(app.text());
    if (!lock) return renewal::check_loadable(context.environment, *state, app).has_value();
    const auto checked = check_installed_pair(context.environment, context.store, context.log, app,
                                              context.clock.now());
    if (!checked) context.log.warn(checked.error().message);
    return renewal::is_loadable(context, app);
}

bool set_damaged_pair_aside(const ca::Context& context, const dokku::AppName& app) {
    const auto state = context.store.read_state(app.text());
    if (!state || !is_ours_to_mend(context, app, *state)) return false;
    const auto lock = context.store.try_lock_app(app.text());
    if (!lock || renewal::check_loadable(context.environment, *state, app)) return false;
    const base::Path root = context.environment.app_root(app);
    const auto kept = tls::back_up_pair(root, context.clock.now());
    const auto removed = kept ? base::remove_tree(context.environment.tls_root(app)) : kept.error();
    if (!removed) {
        context.log.warn(removed.error().message);
        return false;
    }
    context.log.warn("No good copy of it is left. It is kept in " + (root / *kept).string());
    return true;
}

}  // namespace serving
