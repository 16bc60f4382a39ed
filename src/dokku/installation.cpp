#include "dokku/installation.h"

#include <algorithm>
#include <chrono>

#include "base/file.h"
#include "base/text.h"
#include "dokku/cron.h"
#include "dokku/last_run.h"

namespace dokku {
namespace {

constexpr std::string_view kInstalled = "installed";
constexpr std::string_view kUninstalled = "uninstalled";
constexpr mode_t kFile = 0644;

base::Path record(const Environment& environment) {
    return environment.global_root() / "installation";
}

base::Path absence(const Environment& environment) {
    return environment.global_root() / "absent-since";
}

/// When what is recorded was. A time that is still to come is a wrong clock's.
base::UtcTime end_of_last_absence(const Environment& environment, base::UtcTime now) {
    const auto stamp = base::stamp_file(record(environment));
    if (!stamp) return {};
    const base::UtcTime at = base::from_unix(stamp->modified_ns / 1'000'000'000);
    return at <= now + std::chrono::hours{1} ? at : base::UtcTime{};
}

}  // namespace

Installation read_installation(const Environment& environment) {
    const auto text = base::read_file(record(environment));
    if (!text) return Installation::never_installed;
    const std::string_view word = base::trim(*text);
    if (word == kInstalled) return Installation::installed;
    return word == kUninstalled ? Installation::uninstalled : Installation::never_installed;
}

base::Result<void> record_installation(const Environment& environment, Installation installation) {
    if (installation == Installation::never_installed) {
        return base::remove_file(record(environment));
    }
    const bool installed = installation == Installation::installed;
    return base::ensure_file(record(environment),
                             std::string{installed ? kInstalled : kUninstalled} + "\n", kFile);
}

base::Result<void> record_absence(const Environment& environment, base::UtcTime now) {
    if (base::file_exists(absence(environment))) return {};
    return base::replace_file(absence(environment), base::to_rfc3339(now) + "\n", kFile);
}

bool was_absent(const Environment& environment, base::UtcTime now) {
    constexpr std::chrono::hours kTwoRunsMissed{36};
    if (base::file_exists(absence(environment))) return true;
    if (read_installation(environment) == Installation::uninstalled) return true;
    const auto last = read_last_run(environment.global_root());
    if (!is_autorenew_enabled(environment) || !last) return false;
    const base::UtcTime here = std::max(last->at, end_of_last_absence(environment, now));
    return now - here > kTwoRunsMissed;
}

base::Result<void> end_absence(const Environment& environment) {
    if (auto ended = base::remove_file(absence(environment)); !ended) return ended;
    if (read_installation(environment) != Installation::installed) return {};
    // Anew, for its time.
    return base::replace_file(record(environment), std::string{kInstalled} + "\n", kFile);
}

std::optional<std::string> describe_missing_install(const Environment& environment) {
    constexpr std::string_view kDo = ". Run: sudo dokku plugin:install";
    switch (read_installation(environment)) {
        case Installation::installed:
            return std::nullopt;
        case Installation::uninstalled:
            return "letsencrypt was uninstalled but its folder is still here, so nothing is "
                   "renewed" +
                   std::string{kDo};
        case Installation::never_installed:
            break;
    }
    return "letsencrypt is not set up on this host: its install hook never ran" + std::string{kDo};
}

}  // namespace dokku
