#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/environment.h"

namespace dokku {

/// What the hooks `install` and `uninstall` left behind as `--global/installation`. The hook of a
/// folder that is just swapped in never ran; that of one that is being removed ran, and until it is
/// gone Dokku still asks it for cron entries.
enum class Installation { never_installed, installed, uninstalled };

Installation read_installation(const Environment& environment);

/// Does nothing if it is recorded already.
base::Result<void> record_installation(const Environment& environment, Installation installation);

/// `uninstall` was here: since `now` another plugin may look after the certificates. A time that is
/// noted already stays.
base::Result<void> record_absence(const Environment& environment, base::UtcTime now);

/// Asked by `install`: was this plugin away? So says `uninstall`, or a scheduled run that has not
/// come for a day and a half though it is on, counted from the end of the last absence: somebody
/// put another plugin's folder in our place.
bool was_absent(const Environment& environment, base::UtcTime now);

/// What another plugin did meanwhile is seen to.
base::Result<void> end_absence(const Environment& environment);

/// The one line for an operator whose command runs without an `install` before it, and what to
/// type; nothing if all is well. Costs one small read.
std::optional<std::string> describe_missing_install(const Environment& environment);

}  // namespace dokku
