#pragma once

#include "base/utc_time.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace hooks {

/// `post-deploy APP`: what waited for a deploy is looked at by the retry job, and the operator is
/// told so. The deploy never waits for a CA. What a run of ours deploys is that run's own business.
/// Fails as `mark_deployed_due` does.
base::Result<void> after_deploy(const dokku::Environment& environment, const dokku::Log& log,
                                const dokku::AppName& app, base::UtcTime now);

}  // namespace hooks
