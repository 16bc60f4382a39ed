#pragma once

#include <chrono>
#include <optional>

#include "base/utc_time.h"
#include "store/app_state.h"

namespace store {

// A clock that was wrong for an hour must not stop an app for a year. So each time that an app
// waits for is stored with the time at which it was written, and believed within bounds only.

/// No pause of our own is longer.
inline constexpr std::chrono::hours kLongestWait{25};
/// How long a run may be silent before the retry job looks at its app: one that was killed is
/// taken up then.
inline constexpr std::chrono::minutes kJournalPatience{15};

/// Cuts each wait of the state to an hour from now that is longer than its bound, or was written at
/// a time that is still to come; then `due` is the earliest of them again, if it is none of them or
/// missing. What has failed since a time that is still to come has failed since now.
/// Returns whether anything is another now. Pure.
bool bound_waits(AppState& state, base::UtcTime now);

}  // namespace store
