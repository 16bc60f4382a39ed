#pragma once

#include "dokku/app.h"
#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"

namespace lifecycle {

/// Of an app that is gone, what came to be under its name after Dokku had cleaned up goes.
void forget_if_gone(const Context& context, const dokku::AppName& app);

/// Lets go of the app's lock. Then forget_if_gone.
void release(const Context& context, IssueJob& job);

/// The same for an app that is not to get what was ordered for it: its route goes too. Returns
/// whether nginx must be reloaded for that.
bool abandon(const Context& context, IssueJob& job);

}  // namespace lifecycle
