#include "subcommands/disable.h"

#include "base/directory.h"
#include "base/folder.h"
#include "host/app_traces.h"
#include "store/local_store.h"
#include "store/switch_off.h"
#include "subcommands/disable_app.h"
#include "tls/removal_marker.h"

namespace subcommands {
namespace {

/// Should we be killed from here on, the retry job goes on.
void switch_off(store::AppState& state, base::UtcTime now) {
    store::switch_off(state);
    state.due = now + store::kRemovalPatience;
}

/// What the wait left under the name of an app that is gone goes as well.
base::Result<void> leave_alone(const dokku::Environment& environment,
                               const store::LocalStore& store, const dokku::AppName& app) {
    if (!base::directory_exists(environment.app_root(app))) {
        if (auto gone = host::remove_app_traces(environment, app); !gone) return gone;
        if (auto gone = store.remove_state(app.text()); !gone) return gone;
    }
    return base::fail(base::ErrorKind::rejected, app.text() +
                                                     " was destroyed or renamed meanwhile; what "
                                                     "has that name now is left alone");
}

base::Error busy(base::Error error, const dokku::AppName& app) {
    error.steps.insert(error.steps.begin(),
                       "letsencrypt is off for " + app.text() +
                           ": what that run gets is not installed. The certificate in place is "
                           "removed once that run has ended.");
    return error;
}

}  // namespace

base::Result<void> disable(const dokku::Environment& environment, const dokku::Log& log,
                           base::Clock& clock, const dokku::AppName& app) {
    const store::LocalStore store{environment.global_root()};
    const base::Path root = environment.app_root(app);
    const auto folder = base::Folder::open(root);
    if (!folder) return folder.error();
    // Who waits in vain is followed by the retry job as well: this mark tells it what to do.
    auto marked = tls::mark_removal(environment, app, tls::RemovalKind::disable);
    if (!marked) return marked;
    auto off = store.update_state_if(app.text(), [&](store::AppState& state) {
        const bool is_there = folder->is_at(root);
        if (is_there) switch_off(state, clock.now());
        return is_there;
    });
    if (!off) return off;
    auto lock = store.lock_app(app.text(), store::kTypedPatience, clock);
    if (!lock) return busy(std::move(lock).error(), app);
    // Our post-delete removes the state before Dokku removes the folder.
    if (!folder->is_at(root) || !store.has_state(app.text())) {
        // The file of a lock that is held is not removed with the state.
        { const base::FileLock released = std::move(*lock); }
        return leave_alone(environment, store, app);
    }
    // A run that had the lock may have begun after the first word.
    off = store.update_existing_state(
        app.text(), [&](store::AppState& state) { switch_off(state, clock.now()); });
    if (!off) return off;
    auto disabled = disable_app(environment, log, app);
    const auto again =
        disabled ? std::nullopt : tls::postpone_removal(environment, app, clock.now());
    auto noted =
        store.update_existing_state(app.text(), [&](store::AppState& state) { state.due = again; });
    return disabled ? noted : disabled;
}

}  // namespace subcommands
