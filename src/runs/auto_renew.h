#pragma once

#include <string>

#include "dokku/environment.h"
#include "dokku/log.h"
#include "lifecycle/auto_renew.h"

namespace runs {

/// `letsencrypt:auto-renew [APP]`, as typed or as the crontab has it.
struct AutoRenewFlags {
    std::string app{};  ///< "" for all
    bool scheduled = false;
    bool dry_run = false;
};

/// Renews what is due, of one app or, under the lock of all, of all, or with `dry_run` tells what
/// would be renewed and why. A host without apps is a warning. `unknown_app`; `busy` if another run
/// over all apps is under way; else it fails as `list_apps` and `Runtime::open` do.
base::Result<lifecycle::RunOutcome> auto_renew(const dokku::Environment& environment,
                                               const dokku::Log& log, const AutoRenewFlags& flags);

}  // namespace runs
