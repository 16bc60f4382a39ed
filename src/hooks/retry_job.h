#pragma once

#include <string>

#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/environment.h"

namespace hooks {

/// What the crontab starts every minute. Reads the first line of one file; only if the time of some
/// app has come, or that file was lost, does `dokku letsencrypt:retry --due` take the place of this
/// process. `flag` is handed on to it: the crontab's `--timestamps`, or "". `not_found` if there is
/// no `dokku`.
base::Result<void> start_retry_job(const dokku::Environment& environment, const std::string& flag,
                                   base::UtcTime now);

}  // namespace hooks
