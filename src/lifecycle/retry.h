#pragma once

#include <functional>

#include "lifecycle/enable.h"

namespace lifecycle {

/// The retry job: every app whose time has come is looked at again, in one batch. Says nothing
/// if there is none.
async::Task<RunOutcome> retry_due(ca::Context& context);

/// `letsencrypt:retry APP`: all that the app waits for is looked at now.
async::Task<RunOutcome> retry_app(ca::Context& context, dokku::AppName app);

/// What a hook started because the app's domains changed. `on_pair_installed`: see Request.
async::Task<RunOutcome> issue_for_change(ca::Context& context, dokku::AppName app,
                                         std::function<bool()> on_pair_installed);

}  // namespace lifecycle
