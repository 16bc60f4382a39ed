#pragma once

#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace dokku {

/// What the hook `uninstall` does before our folder is removed, as root: nginx forgets our include
/// and the routes of challenges, the crontab our lines. Certificates, accounts and properties stay,
/// and so does the choice between a daily run and none: `install` finds all as it was, and is told
/// since when nobody looked after it (`now`). Says what is kept, how to delete it, and what to type
/// for another plugin to renew. Goes on after a step that failed, with a warning; runs again
/// without harm.
void tear_down_host(const Environment& environment, const Log& log, base::UtcTime now);

}  // namespace dokku
