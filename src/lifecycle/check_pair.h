#pragma once

#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "store/local_store.h"

namespace lifecycle {

/// nginx is about to read a pair in `tls/` that was changed since we looked at it last (design
/// section 6). One of ours that nginx would refuse is replaced by the last good one, since nginx
/// would serve no app's changes any more; of a person's it is said which files to mend. What is sound is
/// noted in the app's state, if it has one. The caller holds the app's lock.
base::Result<void> check_installed_pair(const dokku::Environment& environment,
                                        const store::LocalStore& store, const dokku::Log& log,
                                        const dokku::AppName& app);

}  // namespace lifecycle
