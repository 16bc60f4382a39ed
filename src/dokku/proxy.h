#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace dokku {

/// Is the app behind a proxy at all? Reads proxy's property `disabled`. `io` if it cannot.
base::Result<bool> is_proxy_enabled(const Environment& environment, const AppName& app);

/// A certificate is of use only where nginx serves the app. `invalid_input`, with what to type,
/// where it does not. Asks the trigger proxy-type (one process), so only for who issues. Else it
/// fails as `is_proxy_enabled` and `ask_trigger` do.
base::Result<void> require_nginx_proxy(const Environment& environment, const AppName& app);

// The same in parts, for who asks the trigger in another way (programs/host_programs.h).

/// That there is a proxy at all. `invalid_input`, with what to type, if it is switched off.
base::Result<void> require_proxy(const Environment& environment, const AppName& app);

/// That it is nginx (else `invalid_input`, with what to type), by the lines that the trigger
/// proxy-type has printed. Without one it is: that is what Dokku itself falls back to.
base::Result<void> require_nginx(const AppName& app, const std::vector<std::string>& answer);

}  // namespace dokku
