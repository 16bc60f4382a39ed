#include "store/claim.h"

namespace store {

bool is_claimed_elsewhere(const AppState& state) {
    return state.claim && base::is_alive(state.claim->run) &&
           state.claim->run != base::this_process();
}

bool is_at_work(const LocalStore& store, std::string_view app) {
    const auto lock = store.try_lock_app(app, IfHeld::refuse);
    if (!lock && lock.error().kind == base::ErrorKind::busy) return true;
    const auto state = store.read_state(app);
    return state && is_claimed_elsewhere(*state);
}

}  // namespace store
