#pragma once

#include <string>

#include "dokku/environment.h"
#include "dokku/log.h"
#include "lifecycle/enable.h"

namespace runs {

/// `letsencrypt:retry APP | --due`.
struct RetryFlags {
    std::string app{};  ///< not looked at with `due`
    bool due = false;
};

/// Looks again at what the app waits for, or with `due`, as the retry job does, at all apps whose
/// time has come. `unknown_app`; else it fails as `Runtime::open` does.
base::Result<lifecycle::RunOutcome> retry(const dokku::Environment& environment,
                                          const dokku::Log& log, const RetryFlags& flags);

/// The worker of `domains:add` (hooks/issue_worker.h), whose lines go to stdout while the hook that
/// started it reads there, and into letsencrypt's log after that. The hook waits for that output to
/// end: it does when the pair is installed, since Dokku rebuilds the vhost next. Fails as `retry`.
base::Result<lifecycle::RunOutcome> issue_for_hook(const dokku::Environment& environment,
                                                   const std::string& app);

}  // namespace runs
