#pragma once

#include "base/utc_time.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "store/local_store.h"

namespace host {

/// Finishes what `disable` and `revoke` had begun when they were killed (tls/removal_marker.h):
/// the pair goes, and the vhost is rebuilt without it. Where the app was enabled again or another
/// pair was installed meanwhile, nothing is removed. What failed is not tried again within the
/// hour; a pair whose remover was suspended is put back for nginx. Every run begins with this;
/// normally it is one look into an empty folder.
void finish_removals(const dokku::Environment& environment, const store::LocalStore& store,
                     const dokku::Log& log, base::UtcTime now);

}  // namespace host
