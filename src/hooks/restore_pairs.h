#pragma once

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "store/local_store.h"

namespace hooks {

/// nginx is about to read the vhosts of all apps. Pairs whose removal or exchange was cut short or
/// suspended are put back where they are missing, or it would refuse them all. Starts nothing and
/// waits for no lock: normally one look into an empty folder. The next run finishes what was cut
/// short. Goes on after a pair that cannot be put back, and returns the first failure, `io`.
base::Result<void> restore_pairs(const dokku::Environment& environment,
                                 const store::LocalStore& store);

/// For who goes away, so that no run of ours comes: the pairs that were to be removed stay in use.
void tell_unfinished_removals(const dokku::Environment& environment, const dokku::Log& log);

}  // namespace hooks
