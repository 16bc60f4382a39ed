#pragma once

#include <string>
#include <vector>

#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"

namespace lifecycle {

/// Ends the route of all jobs and makes nginx serve the new pairs: one vhost rebuild for each job
/// whose vhost does not know the pair or its names yet, one reload for all others together. Nothing
/// is reloaded if nothing changed.
void load_pairs(Context& context, const std::vector<IssueJob*>& jobs);

/// Asks nginx over TLS, with SNI, until it shows the new certificate for each name (a reload
/// returns before the new workers serve). Returns a line for each name that it does not: the
/// certificate stays installed, so these are warnings.
std::vector<std::string> probe_served(Context& context, const IssueJob& job);

}  // namespace lifecycle
