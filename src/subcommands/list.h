#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace subcommands {

/// An active app and the two moments that count for it.
struct ActiveApp {
    dokku::AppName app;
    base::UtcTime expiration;
    std::chrono::seconds margin;  ///< how long before that it is renewed

    base::UtcTime renewal() const { return expiration - margin; }
};

/// The active ones of `apps`, sorted by expiration, then name. One whose certificate or settings
/// cannot be read is named in a warning; a graceperiod that is no number counts as not set. Starts
/// no process. `io` if the host's graceperiod cannot be read.
base::Result<std::vector<ActiveApp>> find_active_apps(const dokku::Environment& environment,
                                                      const dokku::Log& log,
                                                      const std::vector<dokku::AppName>& apps);

/// The rows of `letsencrypt:list`, without its heading.
std::vector<std::string> render_list(const std::vector<ActiveApp>& apps, base::UtcTime now);

/// The command: `letsencrypt:list`. Fails as `list_apps` and `find_active_apps` do; a host without
/// apps is told.
base::Result<void> print_list(const dokku::Environment& environment, const dokku::Log& log,
                              base::UtcTime now);

}  // namespace subcommands
