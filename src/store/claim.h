#pragma once

#include <string_view>

#include "store/app_state.h"
#include "store/local_store.h"

namespace store {

/// Has a run of another process claimed the app, and does that process still run?
bool is_claimed_elsewhere(const AppState& state);

/// Is another run at work for the app: does it hold the app's lock, or has it claimed it?
bool is_at_work(const LocalStore& store, std::string_view app);

}  // namespace store
