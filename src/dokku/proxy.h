#pragma once

#include <string>

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace dokku {

/// Is the app behind a proxy at all? Reads proxy's property `disabled`. `io` if it cannot.
base::Result<bool> is_proxy_enabled(const Environment& environment, const AppName& app);

/// `nginx`, `caddy`, ...: asks the trigger proxy-type (one process), so only for who issues. Fails
/// as `ask_trigger` does.
base::Result<std::string> ask_proxy_type(const Environment& environment, const AppName& app);

/// A certificate is of use only where nginx serves the app. `invalid_input`, with what to type,
/// where it does not. Else it fails as the two above do.
base::Result<void> require_nginx_proxy(const Environment& environment, const AppName& app);

}  // namespace dokku
