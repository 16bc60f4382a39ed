#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace subcommands {

/// `letsencrypt:cleanup` (docs/dokku.md 11.4): removes every certificate folder of the app but
/// the one that certs/current leads to. `invalid_input` with the official words if it leads
/// nowhere, `busy` if a run is at work for the app: it writes into a folder that is not current
/// yet.
base::Result<void> clean_up(const dokku::Environment& environment, const dokku::Log& log,
                            base::Clock& clock, const dokku::AppName& app);

}  // namespace subcommands
