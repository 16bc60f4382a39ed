#pragma once

#include <vector>

#include "ca/context.h"
#include "lifecycle/enable.h"
#include "lifecycle/find_renewals.h"

namespace lifecycle {

/// `letsencrypt:auto-renew [APP] --dry-run`: what the run right after it would do, and why. CAs are
/// asked for the windows that it is time for, and their answers kept, so that the run finds them.
/// `failed` if it is not known how an app stands.
async::Task<RunOutcome> plan_renewals(ca::Context& context, std::vector<dokku::AppName> apps,
                                      RenewalRun run);

}  // namespace lifecycle
