#pragma once

#include "dokku/app.h"
#include "dokku/environment.h"
#include "store/local_store.h"

namespace hooks {

// All of these fail with `io`, with `invalid_input` if a later version of ours wrote the app's
// state, and with `busy` while another process holds it. Nothing was noted then.

/// A certificate was installed or removed: notes whose it is and when it ends, and nothing else
/// (docs/design.md 8.1). A custom pair stops all tries for the app's names until it expires.
base::Result<void> note_pair(const dokku::Environment& environment, const store::LocalStore& store,
                             const dokku::AppName& app);

/// The pair of an app was removed. If it was an operator's and letsencrypt is enabled, ours takes
/// its place with the retry job; if it was ours, nothing is ordered until the next `enable`. What a
/// run of ours removes is that run's own business.
base::Result<void> note_removed_pair(const dokku::Environment& environment,
                                     const dokku::AppName& app, base::UtcTime now);

}  // namespace hooks
