#pragma once

#include <vector>

#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"

namespace lifecycle {

/// Orders a certificate for each living job, up to 16 at a time over their CA's connection: while
/// one waits for the CA, others go on. The order's URL and the new key are journalled in the app's
/// state before the order can be finalized, so that a killed run resumes it instead of ordering
/// again. Afterwards a living job has `issued` and `key`; others have `failure`.
void run_orders(Context& context, CaSessions& sessions, const std::vector<IssueJob*>& jobs);

}  // namespace lifecycle
