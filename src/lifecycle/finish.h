#pragma once

#include <vector>

#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"
#include "lifecycle/request.h"

namespace lifecycle {

/// Ends the journal and keeps how the attempt went. The minute's run goes on with what can heal by
/// itself.
void remember(Context& context, const IssueJob& job);

/// Step 10 of docs/dokku.md 11.1 for jobs whose pairs were loaded together: looks at what nginx
/// serves, tells, notes the status of every name, and asks the CA when a new certificate is to be
/// renewed. Where Dokku was to rebuild the vhost meanwhile and did not, we do.
void finish(Context& context, const std::vector<IssueJob*>& jobs, const EnableWish& wish);

}  // namespace lifecycle
