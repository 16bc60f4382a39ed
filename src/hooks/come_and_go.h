#pragma once

#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace hooks {

/// What the hooks `install` and `update` do once the executables are in place: the host is
/// prepared, apps and certificates of the official plugin are taken over, and what was done while
/// letsencrypt was away is taken note of. Fails as `prepare_as_root` and `set_up_host` do; what
/// goes wrong with apps is a warning.
base::Result<void> after_install(const dokku::Environment& environment, const dokku::Log& log,
                                 base::UtcTime now);

/// What the hook `uninstall` does before the executables are removed: pairs that a killed command
/// left away come back, and nginx and the crontab forget us. Fails as `tear_down_as_root` does if
/// this process cannot become Dokku's user, and changes no more then.
base::Result<void> before_uninstall(const dokku::Environment& environment, const dokku::Log& log,
                                    base::UtcTime now);

}  // namespace hooks
