#pragma once

#include <optional>
#include <string>

#include "base/path.h"
#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/environment.h"

namespace host {

/// What the hooks `install` and `uninstall` left behind as `--global/installation`. The hook of a
/// folder that is just swapped in never ran; that of one that is being removed ran, and until it is
/// gone Dokku still asks it for cron entries.
enum class Installation { never_installed, installed, uninstalled };

/// `--global/installation`.
base::Path installation_file(const dokku::Environment& environment);

Installation read_installation(const dokku::Environment& environment);

/// Does nothing if it is recorded already. `io` or `not_found` if it cannot be written.
base::Result<void> record_installation(const dokku::Environment& environment,
                                       Installation installation);

/// The one line for an operator whose command runs without an `install` before it, and what to
/// type; nothing if all is well. Costs one small read.
std::optional<std::string> describe_missing_install(const dokku::Environment& environment);

}  // namespace host
