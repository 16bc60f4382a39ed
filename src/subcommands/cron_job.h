#pragma once

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace subcommands {

/// `letsencrypt:cron-job` without a flag: is the scheduled run on?
void print_cron_job(const dokku::Environment& environment, const dokku::Log& log);

/// `--add`: sets the marker and has the crontab written anew. Idempotent.
base::Result<void> add_cron_job(const dokku::Environment& environment, const dokku::Log& log);

/// `--remove`: takes the marker away and leaves `autorenew.off`, so that no later install or update
/// switches the run on again. Idempotent.
base::Result<void> remove_cron_job(const dokku::Environment& environment, const dokku::Log& log);

}  // namespace subcommands
