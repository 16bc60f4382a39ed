#pragma once

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace host {

/// What an app that is gone left outside of its folder, but for properties and state: the server
/// block of its challenge route, its webroot, the mark of a removal that was cut short. Goes on
/// after a failure (`io`), and returns the first. Absent already is success.
base::Result<void> remove_app_traces(const dokku::Environment& environment,
                                     const dokku::AppName& app);

}  // namespace host
