#pragma once

#include "base/utc_time.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace hooks {

/// `post-app-rename-setup OLD NEW`: Dokku has made NEW from OLD, and destroys OLD next. What is
/// known of OLD goes along (app_copy.h); the retry job orders under the new name. Goes on with a
/// warning where a part of it fails; fails as `mark_renamed_due` does.
base::Result<void> after_rename(const dokku::Environment& environment, const dokku::Log& log,
                                const dokku::AppName& from, const dokku::AppName& to,
                                base::UtcTime now);

/// `post-app-clone-setup OLD NEW`: Dokku has made NEW as a copy of OLD. Nothing is ordered for it
/// before an operator asks: its state begins empty. Fails as `adopt_clone` does.
base::Result<void> after_clone(const dokku::Environment& environment, const dokku::Log& log,
                               const dokku::AppName& from, const dokku::AppName& to);

}  // namespace hooks
