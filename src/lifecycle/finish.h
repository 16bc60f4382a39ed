#pragma once

#include <vector>

#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/request.h"

namespace lifecycle {

/// Ends the journal and keeps how the attempt went. The retry job goes on with what can heal by
/// itself.
void close_journal(ca::Context& context, const ca::IssueJob& job);

/// Step 10 of docs/dokku.md 11.1 for jobs whose pairs were loaded together: looks at what nginx
/// serves, tells, notes the status of every name, and asks the CA when a new certificate is to be
/// renewed. Where Dokku was to rebuild the vhost meanwhile and did not, we do.
void finish(ca::Context& context, const std::vector<ca::IssueJob*>& jobs,
            const ca::Request& request);

}  // namespace lifecycle
