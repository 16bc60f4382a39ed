#pragma once

#include <string>

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace subcommands {

/// `letsencrypt:cron-job [--add|--remove]`: what the flag says, or "" to print whether the
/// scheduled run is on. `invalid_input` for any other flag.
base::Result<void> cron_job(const dokku::Environment& environment, const dokku::Log& log,
                            const std::string& flag);

/// Is the scheduled run on?
void print_cron_job(const dokku::Environment& environment, const dokku::Log& log);

/// `--add`: sets the marker and has the crontab written anew. Idempotent. `io` if the marker cannot
/// be written; else it fails as `require_trigger` does, and the marker stays.
base::Result<void> add_cron_job(const dokku::Environment& environment, const dokku::Log& log);

/// `--remove`: takes the marker away and leaves `autorenew.off`, so that no later install or update
/// switches the run on again. Idempotent. Fails as `add_cron_job` does.
base::Result<void> remove_cron_job(const dokku::Environment& environment, const dokku::Log& log);

}  // namespace subcommands
