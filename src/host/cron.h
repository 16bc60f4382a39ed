#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dokku/environment.h"

namespace host {

/// When this host's renewals run: `minute` past `hour` and twelve hours later, so that not all
/// hosts of the world ask the CA at once.
struct CronMinute {
    int minute = 0;  ///< 0 to 59
    int hour = 0;    ///< 0 to 11

    friend bool operator==(const CronMinute&, const CronMinute&) = default;
};

/// `17 5`: minute and hour.
std::optional<CronMinute> parse_cron_minute(std::string_view text);

/// The one kept in --global/cron-minute, if there is one yet.
std::optional<CronMinute> read_cron_minute(const dokku::Environment& environment);

/// The same, drawn at random the first time.
CronMinute keep_cron_minute(const dokku::Environment& environment);

/// Is the scheduled run switched on (marker --global/autorenew)?
bool is_autorenew_enabled(const dokku::Environment& environment);

/// The lines for the trigger `cron-entries`, none while the scheduled run is off or after
/// `uninstall`. Their output goes into one log file, so each line of it is to have a time. No `;`
/// inside a field and no blank line: either would cost the entries of all plugins
/// (docs/dokku.md 9.1).
std::vector<std::string> cron_entries(const dokku::Environment& environment);

}  // namespace host
