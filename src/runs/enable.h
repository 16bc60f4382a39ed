#pragma once

#include <string>

#include "dokku/environment.h"
#include "dokku/log.h"
#include "lifecycle/enable.h"

namespace runs {

/// `letsencrypt:enable APP | --all`, as typed.
struct EnableFlags {
    std::string app{};
    bool all = false;
    bool force = false;
    bool strict = false;
    bool dry_run = false;
};

/// Gets certificates, for all apps under the lock of all, or with `dry_run` shows what orders would
/// meet. A host without apps is a warning. `unknown_app`; `busy` if another run over all apps is
/// under way; else it fails as `list_apps` and `Runtime::open` do.
base::Result<lifecycle::RunOutcome> enable(const dokku::Environment& environment,
                                           const dokku::Log& log, const EnableFlags& flags);

}  // namespace runs
