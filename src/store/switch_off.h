#pragma once

#include "store/app_state.h"

namespace store {

/// Off, as after `disable`: nothing is ordered for the app before the next `enable`, not even with
/// its next domain on a host where all apps are issued. A running order is given up.
void switch_off(AppState& state);

/// How long the removal of a pair may take before the retry job looks whether it was killed.
constexpr std::chrono::minutes kRemovalPatience{2};

}  // namespace store
