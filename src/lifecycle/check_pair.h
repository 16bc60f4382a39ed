#pragma once

#include <functional>

#include "base/utc_time.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "lifecycle/context.h"
#include "lifecycle/stored_pair.h"
#include "store/local_store.h"

namespace lifecycle {

/// Looks at the pair in an app's `tls/` as nginx does (design section 6). One of ours that nginx
/// would refuse is kept aside, and the last good one put back: else nginx would load no app's
/// changes any more. Of a person's it is said which files to mend. What is sound is noted in the
/// app's state, if it has one. The caller holds the app's lock.
base::Result<void> check_installed_pair(const dokku::Environment& environment,
                                        const store::LocalStore& store, const dokku::Log& log,
                                        const dokku::AppName& app, base::UtcTime now);

/// The files of a pair are missing, one or both, though the app's vhost names them. If the app is
/// enabled and the pair was ours, the last good one comes back, if its CA has not revoked it.
/// Returns whether it did. The caller holds the app's lock.
base::Result<bool> restore_missing_pair(const Context& context, const dokku::AppName& app,
                                        const std::function<bool(const StoredPair&)>& was_revoked);

/// check_installed_pair for an app whose pair may have been damaged without a rebuild of its vhost.
/// Does nothing where another run is at work, or where a person's was installed last.
void check_pair_of_ours(const Context& context, const dokku::AppName& app);

}  // namespace lifecycle
