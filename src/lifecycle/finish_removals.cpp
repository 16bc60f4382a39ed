#include "lifecycle/finish_removals.h"

#include "base/directory.h"
#include "dokku/certificate_store.h"
#include "dokku/removal_marker.h"
#include "dokku/remove_pair.h"
#include "dokku/tls_exchange.h"

namespace lifecycle {
namespace {

using dokku::RemovalKind;

/// Was something else made of the app since?
bool is_void(const Context& context, const dokku::PendingRemoval& removal,
             const store::AppState& state) {
    return !state.switched_off || !dokku::is_of_pair_in_place(context.environment, removal);
}

base::Result<void> remove_anew(const Context& context, const dokku::PendingRemoval& removal) {
    const dokku::AppName& app = removal.app;
    if (auto marked = dokku::mark_removal(context.environment, app, removal.kind); !marked) {
        return marked;
    }
    if (removal.kind == RemovalKind::disable) {
        auto removed = dokku::remove_certificate_store(context.environment, app);
        if (!removed) return removed;
    }
    return dokku::remove_pair(context.environment, app);
}

void warn_of(const Context& context, const base::Error& error) {
    context.log.warn(error.message);
    for (const std::string& step : error.steps)
        context.log.warn(step);
}

/// For nginx. The process that removes it holds the app's lock, and goes on once it is woken.
void put_back(const Context& context, const dokku::AppName& app) {
    const auto back = dokku::put_tls_back(context.environment.app_root(app));
    if (!back) warn_of(context, back.error());
}

/// The app's lock is ours.
base::Result<void> finish(const Context& context, const dokku::PendingRemoval& removal) {
    const dokku::AppName& app = removal.app;
    const base::Path root = context.environment.app_root(app);
    if (!base::directory_exists(root)) return dokku::unmark_removal(context.environment, app);
    if (auto healed = dokku::heal_tls(root); !healed) return healed;
    const auto state = context.store.read_state(app.text());
    if (!state) return state.error();
    if (is_void(context, removal, *state)) return dokku::unmark_removal(context.environment, app);
    context.log.verbose("The certificate of " + app.text() +
                        " was being removed when that command ended too early; it is removed now");
    auto removed = remove_anew(context, removal);
    const auto again = removed
                           ? std::nullopt
                           : dokku::postpone_removal(context.environment, app, context.clock.now());
    auto noted = context.store.update_existing_state(app.text(), [&](store::AppState& changed) {
        if (!changed.switched_off) return;
        changed.due = again;
    });
    return removed ? noted : removed;
}

}  // namespace

void finish_removals(const Context& context) {
    const base::UtcTime now = context.clock.now();
    for (const dokku::PendingRemoval& seen : dokku::pending_removals(context.environment)) {
        if (base::is_suspended(seen.writer)) put_back(context, seen.app);
        if (!seen.is_cut_short() || !seen.is_due(now)) continue;
        const auto lock = context.store.try_lock_app(seen.app.text());
        if (!lock) continue;
        // Another run may have finished it before the lock was ours.
        const auto removal = dokku::pending_removal(context.environment, seen.app);
        if (!removal || !removal->is_cut_short()) continue;
        if (auto done = finish(context, *removal); !done) warn_of(context, done.error());
    }
}

}  // namespace lifecycle
