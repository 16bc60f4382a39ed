#include "hooks/disable.h"

#include "dokku/disable.h"
#include "store/switch_off.h"

namespace hooks {

base::Result<void> disable(const dokku::Environment& environment, const dokku::Log& log,
                           const store::LocalStore& store, base::Clock& clock,
                           const dokku::AppName& app) {
    if (auto off = store.update_state(app.text(), store::switch_off); !off) return off;
    auto lock = store.lock_app(app.text(), store::kTypedPatience, clock);
    if (!lock) {
        base::Error error = std::move(lock).error();
        error.steps.insert(error.steps.begin(), "letsencrypt is off for " + app.text() +
                                                    ": what that run gets is not installed.");
        return error;
    }
    // A run that had the lock may have begun after the first word. Should we be killed, the
    // minute's run goes on.
    auto off = store.update_state(app.text(), [&](store::AppState& state) {
        store::switch_off(state);
        state.due = clock.now() + store::kRemovalPatience;
    });
    if (!off) return off;
    if (auto disabled = dokku::disable_app(environment, log, app); !disabled) return disabled;
    return store.update_existing_state(app.text(),
                                       [](store::AppState& state) { state.due.reset(); });
}

}  // namespace hooks
