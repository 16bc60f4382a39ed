#pragma once

#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace hooks {

/// `nginx-pre-reload APP`: Dokku has written the app's nginx.conf and is about to test and reload
/// nginx. The files of the challenge's route and the pair in `tls` are put right first, and pairs
/// of other apps where a killed removal would have nginx refuse all of them. Of an app that a run
/// is at work for only the route is looked at, and stays. Returns the first failure of the app's
/// own: `io`, or `not_found` if our checker of pairs is missing.
base::Result<void> before_reload(const dokku::Environment& environment, const dokku::Log& log,
                                 const dokku::AppName& app);

}  // namespace hooks
