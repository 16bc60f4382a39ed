#pragma once

#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/request.h"

namespace orders {

/// A run that is cut short anywhere from here on is known by what it leaves in the journal, and
/// taken up by the retry job. The order of a run before it stays there to be gone on with. From now
/// on the app is enabled: who switches it off while the run lasts has the last word. Returns
/// whether it was begun: not if the app was destroyed or switched off since the run looked at it.
/// Fails as `LocalStore::update_state` does: nothing is to be ordered then.
base::Result<bool> begin_journal(const ca::Context& context, ca::IssueJob& job,
                                 const ca::Request& request);

}  // namespace orders
