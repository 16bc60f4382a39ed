#pragma once

#include "ca/context.h"
#include "ca/issue_job.h"
#include "dokku/app.h"

namespace lifecycle {

/// Of an app that is gone, what came to be under its name after Dokku had cleaned up goes.
void forget_if_gone(const ca::Context& context, const dokku::AppName& app);

/// Lets go of the app's lock. Then forget_if_gone.
void release(const ca::Context& context, ca::IssueJob& job);

/// The same for an app that is not to get what was ordered for it: its route goes too. Returns
/// whether nginx must be reloaded for that.
bool abandon(const ca::Context& context, ca::IssueJob& job);

}  // namespace lifecycle
