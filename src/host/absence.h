#pragma once

#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/environment.h"

namespace host {

/// `uninstall` was here: since `now` another plugin may look after the certificates. A time that is
/// noted already stays. `io` or `not_found` if it cannot be written.
base::Result<void> record_absence(const dokku::Environment& environment, base::UtcTime now);

/// Asked by `install`: was this plugin away? So says `uninstall`, or a scheduled run that has not
/// come for a day and a half though it is on, counted from the end of the last absence: something
/// put another plugin's folder in our place.
bool was_absent(const dokku::Environment& environment, base::UtcTime now);

/// What another plugin did meanwhile is seen to. `io` or `not_found` if a record cannot be written.
base::Result<void> end_absence(const dokku::Environment& environment);

}  // namespace host
