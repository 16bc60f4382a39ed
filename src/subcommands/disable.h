#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace subcommands {

/// The command `letsencrypt:disable`. The app is off from the first moment on, so that neither a
/// hook that sees its pair go nor a run that is getting another one undoes it; the files go once
/// the app's lock is free. `busy` if that takes too long: the app is off all the same, and the next
/// run removes them, as it does for a command that was killed. `rejected` if another app has the
/// name by then, or none.
base::Result<void> disable(const dokku::Environment& environment, const dokku::Log& log,
                           base::Clock& clock, const dokku::AppName& app);

}  // namespace subcommands
