#pragma once

#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "base/utc_time.h"

namespace store {

// A state that can be read whole and is no JSON object (a power cut, a disk, a hand). Another takes
// its place; what is left of it stays for an operator to look at, and may hold the key of an order.
// All of these fail with `io`.

/// Copies `folder/APP.json` to `APP.damaged-<time>`, readable by its owner only, and returns where
/// that is. It stays in its place until another replaces it: an app without a state would count as
/// one that is switched off. `not_found` if there is none.
base::Result<base::Path> put_damaged_state_aside(const base::Path& folder, std::string_view app,
                                                 base::UtcTime now);

/// Leaves the newest three that were put aside for the app.
base::Result<void> forget_old_damaged_states(const base::Path& folder, std::string_view app);

/// All that were put aside for the app.
base::Result<void> remove_damaged_states(const base::Path& folder, std::string_view app);

}  // namespace store
