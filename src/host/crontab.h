#pragma once

#include "dokku/environment.h"

namespace host {

/// Does the crontab of Dokku's user lack a command that `cron-entries` has for it? An operator has
/// removed the crontab, or written another over it. Asks `crontab`; where there is no such program,
/// no line is missing. For root, or Dokku's user.
bool crontab_lacks_entries(const dokku::Environment& environment);

}  // namespace host
