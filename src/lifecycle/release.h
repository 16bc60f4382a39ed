#pragma once

#include "base/folder.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "dokku/app.h"

namespace lifecycle {

/// Of an app that is gone, what came to be under its name after Dokku had cleaned up goes. Gone it
/// is without its folder; and already while other plugins' hooks run for its end, if `seen`, the
/// folder as the run first saw it, is still there and its state is not
/// (LocalStore::has_lost_state). What belongs to another app of that name by now stays.
void forget_if_gone(const ca::Context& context, const dokku::AppName& app,
                    const base::Folder* seen = nullptr);

/// Lets go of the app's lock. Then forget_if_gone.
void release(const ca::Context& context, ca::IssueJob& job);

/// The same for an app that is not to get what was ordered for it: its route goes too. Returns
/// whether nginx must be reloaded for that.
bool abandon(const ca::Context& context, ca::IssueJob& job);

}  // namespace lifecycle
