#pragma once

#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"
#include "lifecycle/prepare.h"

namespace lifecycle {

/// Ends the journal and keeps how the attempt went. The minute's run goes on with what can heal by
/// itself.
void remember(Context& context, const IssueJob& job);

/// Contract 10.4 step 10: looks at what nginx serves, tells, and notes the status of every name.
/// Where Dokku was to rebuild the vhost meanwhile and did not, we do.
void finish(Context& context, IssueJob& job, const EnableWish& wish);

}  // namespace lifecycle
