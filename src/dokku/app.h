#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dokku/app_name.h"
#include "dokku/environment.h"

namespace dokku {

/// All apps, sorted bytewise. Reads ROOT; only if some plugin filters apps per user (a file
/// user-auth-app) is the `app-list` trigger asked instead (it fails as `ask_trigger` does then).
/// None is an empty list; `io` or `not_found` if ROOT cannot be read.
base::Result<std::vector<AppName>> list_apps(const Environment& environment);

/// As list_apps, without the filter per user: for what concerns the host and not a user. Fails with
/// `io` or `not_found` if ROOT cannot be read.
base::Result<std::vector<AppName>> list_all_apps(const Environment& environment);

/// The app of that name, if it exists and may be seen. `unknown_app` (exit code 20) otherwise, or
/// fails as `fire_trigger` does.
base::Result<AppName> verify_app(const Environment& environment, std::string_view name);

/// Is HTTPS on for the app: tls/server.crt and tls/server.key exist, of any origin.
bool has_pair(const Environment& environment, const AppName& app);

/// The words for a host without apps: `You haven't deployed any applications yet`.
base::Error no_apps_error();

}  // namespace dokku
