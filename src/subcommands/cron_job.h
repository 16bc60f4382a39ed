#pragma once

#include <string>

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace subcommands {

/// `letsencrypt:cron-job [--add|--remove]`: what the flag says, or "" to print whether the
/// scheduled run is on. `invalid_input` for any other flag; `io` if the marker cannot be written;
/// where the crontab cannot be, it fails as `require_trigger` does and the marker stays.
base::Result<void> cron_job(const dokku::Environment& environment, const dokku::Log& log,
                            const std::string& flag);

}  // namespace subcommands
