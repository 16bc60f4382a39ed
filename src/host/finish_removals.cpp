#include "host/finish_removals.h"

#include "base/directory.h"
#include "host/remove_pair.h"
#include "tls/certificate_store.h"
#include "tls/exchange.h"
#include "tls/removal_marker.h"

namespace host {
namespace {

/// What this needs of the host.
struct Host {
    const dokku::Environment& environment;
    const store::LocalStore& store;
    const dokku::Log& log;
    base::UtcTime now;
};

using tls::RemovalKind;

/// Was something else made of the app since?
bool is_void(const Host& host, const tls::PendingRemoval& removal, const store::AppState& state) {
    return !state.switched_off || !tls::is_of_pair_in_place(host.environment, removal);
}

base::Result<void> remove_anew(const Host& host, const tls::PendingRemoval& removal) {
    const dokku::AppName& app = removal.app;
    if (auto marked = tls::mark_removal(host.environment, app, removal.kind); !marked) {
        return marked;
    }
    if (removal.kind == RemovalKind::disable) {
        auto removed = tls::remove_certificate_store(host.environment, app);
        if (!removed) return removed;
    }
    return remove_pair(host.environment, app);
}

/// For nginx. The process that removes it holds the app's lock, and goes on once it is woken.
void put_back(const Host& host, const dokku::AppName& app) {
    const auto back = tls::put_tls_back(host.environment.app_root(app));
    if (!back) host.log.warn(back.error());
}

/// The app's lock is ours.
base::Result<void> finish(const Host& host, const tls::PendingRemoval& removal) {
    const dokku::AppName& app = removal.app;
    const base::Path root = host.environment.app_root(app);
    if (!base::directory_exists(root)) return tls::unmark_removal(host.environment, app);
    if (auto healed = tls::heal_tls(root); !healed) return healed;
    const auto state = host.store.read_state(app.text());
    if (!state) return state.error();
    if (is_void(host, removal, *state)) return tls::unmark_removal(host.environment, app);
    host.log.verbose("The certificate of " + app.text() +
                     " was being removed when that command ended too early; it is removed now");
    auto removed = remove_anew(host, removal);
    const auto again =
        removed ? std::nullopt : tls::postpone_removal(host.environment, app, host.now);
    auto noted = host.store.update_existing_state(app.text(), [&](store::AppState& changed) {
        if (!changed.switched_off) return;
        changed.due = again;
    });
    return removed ? noted : removed;
}

}  // namespace

void finish_removals(const dokku::Environment& environment, const store::LocalStore& store,
                     const dokku::Log& log, base::UtcTime now) {
    const Host host{environment, store, log, now};
    for (const tls::PendingRemoval& seen : tls::pending_removals(host.environment)) {
        if (base::is_suspended(seen.writer)) put_back(host, seen.app);
        if (!seen.is_cut_short() || !seen.is_due(now)) continue;
        const auto lock = host.store.try_lock_app(seen.app.text());
        if (!lock) continue;
        // Another run may have finished it before the lock was ours.
        const auto removal = tls::pending_removal(host.environment, seen.app);
        if (!removal || !removal->is_cut_short()) continue;
        if (auto done = finish(host, *removal); !done) host.log.warn(done.error());
    }
}

}  // namespace host
