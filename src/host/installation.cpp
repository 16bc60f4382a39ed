#include "host/installation.h"

#include "base/file.h"
#include "base/text.h"

namespace host {
namespace {

constexpr std::string_view kInstalled = "installed";
constexpr std::string_view kUninstalled = "uninstalled";
constexpr mode_t kFile = 0644;

}  // namespace

base::Path installation_file(const dokku::Environment& environment) {
    return environment.global_root() / "installation";
}

Installation read_installation(const dokku::Environment& environment) {
    const auto text = base::read_file(installation_file(environment));
    if (!text) return Installation::never_installed;
    const std::string_view word = base::trim(*text);
    if (word == kInstalled) return Installation::installed;
    return word == kUninstalled ? Installation::uninstalled : Installation::never_installed;
}

base::Result<void> record_installation(const dokku::Environment& environment,
                                       Installation installation) {
    if (installation == Installation::never_installed) {
        return base::remove_file(installation_file(environment));
    }
    const bool installed = installation == Installation::installed;
    return base::ensure_file(installation_file(environment),
                             std::string{installed ? kInstalled : kUninstalled} + "\n", kFile);
}

std::optional<std::string> describe_missing_install(const dokku::Environment& environment) {
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

}  // namespace host
