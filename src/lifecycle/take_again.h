#pragma once

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/request.h"

namespace lifecycle {

// A run lets go of an app's lock while it waits: for DNS, for nginx, for its turn to order. Before
// it writes again it takes the lock and looks at the app again: what others have made of it
// meanwhile, a route that is in use or a `disable`, is not to be undone.

/// Before an order. A typed command waits for the lock, all others leave the app to the run that
/// has it: the job has nothing to do then. One that a stuck run holds is a failure.
async::Task<void> lock_again(const ca::Context& context, ca::IssueJob& job,
                             const ca::Request& request);

/// To record how it ended. Where the lock is not ours it is tried. False if the app is another's,
/// or another one by now: it is left alone.
bool hold_again(const ca::Context& context, ca::IssueJob& job);

/// Is the app the one that was claimed, with the pair in tls/ that was there then?
bool is_as_it_was(const ca::Context& context, const ca::IssueJob& job);

/// A command for the app alone may have opened a route of its own and taken it away at its end. The
/// CA would find nothing.
bool has_route(const ca::Context& context, const ca::IssueJob& job);

/// A command has changed the app meanwhile. What this run began with goes, and nothing is written
/// about it: it may be switched off by now, or gone.
void leave_alone(const ca::Context& context, ca::IssueJob& job);

}  // namespace lifecycle
