#pragma once

#include <vector>

#include "ca/context.h"
#include "lifecycle/enable.h"
#include "lifecycle/find_renewals.h"

namespace lifecycle {

/// `letsencrypt:auto-renew` for all apps: what is due is renewed in one run. Official lines
/// (docs/dokku.md 11.3). Keeps the time for reports.
async::Task<RunOutcome> auto_renew_all(ca::Context& context, std::vector<dokku::AppName> apps,
                                       RenewalRun run);

/// `letsencrypt:auto-renew APP`.
async::Task<RunOutcome> auto_renew_one(ca::Context& context, dokku::AppName app, RenewalRun run);

}  // namespace lifecycle
