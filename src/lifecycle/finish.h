#pragma once

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/request.h"
#include "lifecycle/run.h"

namespace lifecycle {

/// docs/dokku.md 11.1, step 8.
void tell_of_failure(const ca::Context& context, const ca::IssueJob& job);

/// The hook that waits for the pair of this app may go on: the rebuild of the vhost that Dokku does
/// next loads it, and takes the route out as well. Returns whether there is one.
bool announce_pair(const ca::Context& context, ca::IssueJob& job, const ca::Request& request);

/// Ends the journal and keeps how the attempt went. The retry job goes on with what can heal by
/// itself.
void close_journal(const ca::Context& context, const ca::IssueJob& job);

/// Step 10 of docs/dokku.md 11.1, once nginx was told of the pair: looks at what it serves, tells,
/// and asks the CA when a new certificate is to be renewed. Where Dokku was to rebuild the vhost
/// meanwhile and did not, we do.
async::Task<void> tell_end(Run& run, ca::Context& context, ca::IssueJob& job);

}  // namespace lifecycle
