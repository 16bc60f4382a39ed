#pragma once

#include <string_view>

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/refusal.h"
#include "ca/request.h"

namespace lifecycle {

/// Takes the app for this run: its lock, which is in the job then, its folder, held open; the first
/// writes, and the journal. False if there is nothing to do any more: the run that held the lock
/// may have done it, or the app be gone.
async::Task<base::Result<bool, ca::Refusal>> claim_app(ca::Context& context, ca::IssueJob& job,
                                                       const ca::Request& request);

/// Is it for this run to note in the app's state why it was not begun with? The run that holds the
/// lock sees that we came; unless it has come to no end.
bool is_ours_to_record(const ca::Refusal& refusal, const ca::IssueJob& job,
                       const ca::Request& request);

/// What keeps nginx from loading anything heals without this app: the retry job goes on then, also
/// for an operator who typed `enable`. Returns the cause.
std::string_view note_blocked(const ca::Context& context, const ca::IssueJob& job,
                              const base::Error& error, const ca::Request& request);

}  // namespace lifecycle
