#pragma once

#include <chrono>

#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace hooks {

/// Starts `libexec/issue` for the app in a session of its own, so that neither Ctrl-C nor a closed
/// terminal ends it, and passes its lines on until it closes its pipe (the pair is installed, or
/// there will be none now) or `patience` is over. HUP is ignored; INT and TERM end the wait, not
/// the worker. `io` or `not_found` if it cannot be started; how it ends is no failure here.
base::Result<void> run_issue_worker(const dokku::Environment& environment, const dokku::Log& log,
                                    const dokku::AppName& app, std::chrono::seconds patience);

}  // namespace hooks
