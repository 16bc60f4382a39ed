#pragma once

#include <optional>
#include <string>

#include "base/utc_time.h"
#include "dokku/environment.h"

namespace host {

/// Since when no run over all apps has come to its end, where the scheduled run is on and that is
/// longer than a day and a half; nothing otherwise. Counted from when it was switched on or the
/// plugin installed, if that is later. The epoch where all these times are far in the future.
std::optional<base::UtcTime> without_run_since(const dokku::Environment& environment,
                                               base::UtcTime now);

/// That in words, for without_run_since().
std::string describe_missing_run(base::UtcTime since);

/// When the scheduled run comes next, by the host's clock and time zone; nothing while it is off.
std::optional<base::UtcTime> next_run(const dokku::Environment& environment, base::UtcTime now);

}  // namespace host
