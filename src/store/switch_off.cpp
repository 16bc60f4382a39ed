#include "store/switch_off.h"

namespace store {

void switch_off(AppState& state) {
    state.enabled = false;
    state.switched_off = true;
    state.ca_fails_since.reset();
    state.names.clear();
    state.due.reset();
    state.renew_at.reset();
    state.order.reset();
    state.claim.reset();
}

}  // namespace store
