#pragma once

#include <vector>

#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/request.h"

namespace lifecycle {

/// The life of an order (docs/design.md 4) from the challenge's route to a pair that is served, for
/// all jobs together: one route test and reload for all, orders interleaved, pairs installed as
/// they come, and loaded once a minute and at the end. Afterwards each job has `issued` or
/// `failure`, or needs nothing, and its state is written. Official wording and order of lines
/// (docs/dokku.md 11.1, steps 5 to 9).
void issue(ca::Context& context, const std::vector<ca::IssueJob*>& jobs,
           const ca::Request& request);

}  // namespace lifecycle
