#pragma once

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "lifecycle/run.h"

namespace lifecycle {

/// The job's CA and our account there; then all that is known of the order without nginx: profile,
/// names, limits, clock, CAA records. Afterwards the job is worth an order, or it is not alive.
async::Task<void> open_session(Run& run, const ca::Context& context, ca::IssueJob& job);

}  // namespace lifecycle
