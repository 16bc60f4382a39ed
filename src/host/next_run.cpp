#include "host/next_run.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "base/file.h"
#include "host/cron.h"
#include "host/installation.h"
#include "store/last_run.h"

namespace host {
namespace {

/// That minute of a day by the host's clock; `days` from the one that `now` is in.
base::UtcTime local_minute(std::time_t now, int days, int hour, int minute) {
    std::tm local{};
    ::localtime_r(&now, &local);
    local.tm_mday += days;
    local.tm_hour = hour;
    local.tm_min = minute;
    local.tm_sec = 0;
    local.tm_isdst = -1;
    return base::from_unix(std::mktime(&local));
}

}  // namespace

std::optional<base::UtcTime> without_run_since(const dokku::Environment& environment,
                                               base::UtcTime now) {
    constexpr std::chrono::hours kLongest{36};
    if (!is_autorenew_enabled(environment)) return std::nullopt;
    if (read_installation(environment) == Installation::uninstalled) return std::nullopt;
    base::UtcTime since{};
    // One that is still to come is a wrong clock's: near by it says that a run was here.
    const auto consider = [&](base::UtcTime at) {
        if (at <= now + kLongest) since = std::max(since, std::min(at, now));
    };
    if (const auto last = store::read_last_run(environment.global_root())) consider(last->at);
    for (const char* file : {"autorenew", "installation"}) {
        const auto stamp = base::stamp_file(environment.global_root() / file);
        if (stamp) consider(base::from_unix(stamp->modified_ns / 1'000'000'000));
    }
    if (now - since < kLongest) return std::nullopt;
    return since;
}

std::string describe_missing_run(base::UtcTime since) {
    if (since == base::UtcTime{}) {
        return "all that is known of runs over all apps is dated far in the future; is this host's "
               "clock right?";
    }
    return "no run over all apps has come to its end since " + base::to_readable(since);
}

std::optional<base::UtcTime> next_run(const dokku::Environment& environment, base::UtcTime now) {
    const auto minute = read_cron_minute(environment);
    if (!minute || !is_autorenew_enabled(environment)) return std::nullopt;
    const auto seconds = static_cast<std::time_t>(base::to_unix(now));
    for (const int days : {0, 1}) {
        for (const int hour : {minute->hour, minute->hour + 12}) {
            const base::UtcTime at = local_minute(seconds, days, hour, minute->minute);
            if (at > now) return at;
        }
    }
    return std::nullopt;
}

}  // namespace host
