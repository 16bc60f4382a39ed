#pragma once

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "store/local_store.h"

namespace hooks {

/// Apps that were enabled while this plugin was not installed count as enabled here: those that
/// have no state of ours yet and whose certs/current leads to a folder of their own. One that was
/// renamed meanwhile gets its certs/current back, and what was known of it by its old name. A clone
/// counts for nothing: its certs/current, which leads to the store of the app that it was made
/// from, goes. For `install` and `update`. `io` or `not_found` if the apps cannot be listed. Goes
/// on after an app that failed, and returns the first failure (also `busy` while another process
/// holds its state).
base::Result<void> adopt_official_apps(const dokku::Environment& environment,
                                       const store::LocalStore& store, const dokku::Log& log);

}  // namespace hooks
