#pragma once

#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"

namespace lifecycle {

/// A run that is cut short anywhere from here on is known by what it leaves in the journal, and
/// taken up by the minute's run. The order of a run before it stays there to be gone on with.
base::Result<void> begin_journal(const Context& context, const IssueJob& job);

}  // namespace lifecycle
