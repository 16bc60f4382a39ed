#include "host/absence.h"

#include <algorithm>
#include <chrono>

#include "base/file.h"
#include "host/cron.h"
#include "host/installation.h"
#include "store/last_run.h"

namespace host {
namespace {

constexpr mode_t kFile = 0644;

base::Path absence(const dokku::Environment& environment) {
    return environment.global_root() / "absent-since";
}

/// When what is recorded was. A time that is still to come is a wrong clock's.
base::UtcTime end_of_last_absence(const dokku::Environment& environment, base::UtcTime now) {
    const auto stamp = base::stamp_file(installation_file(environment));
    if (!stamp) return {};
    const base::UtcTime at = base::from_unix(stamp->modified_ns / 1'000'000'000);
    return at <= now + std::chrono::hours{1} ? at : base::UtcTime{};
}

}  // namespace

base::Result<void> record_absence(const dokku::Environment& environment, base::UtcTime now) {
    if (base::file_exists(absence(environment))) return {};
    return base::replace_file(absence(environment), base::to_rfc3339(now) + "\n", kFile);
}

bool was_absent(const dokku::Environment& environment, base::UtcTime now) {
    constexpr std::chrono::hours kTwoRunsMissed{36};
    if (base::file_exists(absence(environment))) return true;
    if (read_installation(environment) == Installation::uninstalled) return true;
    const auto last = store::read_last_run(environment.global_root());
    if (!is_autorenew_enabled(environment) || !last) return false;
    const base::UtcTime here = std::max(last->at, end_of_last_absence(environment, now));
    return now - here > kTwoRunsMissed;
}

base::Result<void> end_absence(const dokku::Environment& environment) {
    if (auto ended = base::remove_file(absence(environment)); !ended) return ended;
    if (read_installation(environment) != Installation::installed) return {};
    // Anew, for its time.
    const auto text = base::read_file(installation_file(environment));
    if (!text) return text.error();
    return base::replace_file(installation_file(environment), *text, kFile);
}

}  // namespace host
