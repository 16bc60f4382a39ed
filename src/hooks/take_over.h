#pragma once

#include "base/result.h"
#include "dokku/environment.h"
#include "store/local_store.h"

namespace hooks {

/// Apps that the official plugin enabled count as enabled here (design section 3): those whose
/// certs/current leads somewhere and that have no state of ours yet. For `install` and `update`.
base::Result<void> take_over_apps(const dokku::Environment& environment,
                                  const store::LocalStore& store);

}  // namespace hooks
