#pragma once

#include "dokku/app.h"
#include "dokku/environment.h"
#include "store/local_store.h"

namespace hooks {

/// nginx is about to read the pair of an app. One that was changed since it was last looked at is
/// looked at by a heavy neighbour, `libexec/check-pair`, for at most two seconds
/// (docs/design.md 8.2). `io` if that did not come to its end.
base::Result<void> check_changed_pair(const dokku::Environment& environment,
                                      const store::LocalStore& store, const dokku::AppName& app);

}  // namespace hooks
