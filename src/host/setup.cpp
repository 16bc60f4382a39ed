#include "host/setup.h"

#include <string>
#include <string_view>
#include <sys/types.h>
#include <system_error>

#include "base/directory.h"
#include "dokku/app.h"
#include "dokku/system_user.h"
#include "dokku/trigger.h"
#include "host/certificate_permissions.h"
#include "host/cron.h"
#include "host/crontab.h"
#include "host/installation.h"
#include "host/migration.h"

namespace host {
namespace {

constexpr mode_t kOpenFolder = 0755;
constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kFile = 0644;
constexpr std::string_view kIncludeComment =
    "# Server blocks of Dokku's letsencrypt plugin: answers to ACME challenges.";

struct Folder {
    base::Path path;
    mode_t mode;
};

base::Result<void> make_data_folders(const dokku::Environment& environment) {
    const base::Path global = environment.global_root();
    const Folder folders[] = {// NOLINT(*-avoid-c-arrays): a constant table
                              {environment.data_root(), kOpenFolder},
                              {global, kOpenFolder},
                              {global / "nginx", kOpenFolder},
                              {global / "accounts", kPrivateFolder},
                              {global / "state", kPrivateFolder},
                              {global / "locks", kPrivateFolder},
                              {global / "directories", kPrivateFolder},
                              {environment.lib_root / "config" / "letsencrypt", kOpenFolder}};
    for (const Folder& folder : folders) {
        if (auto made = base::make_directories(folder.path, kOpenFolder); !made) return made;
        if (auto set = base::set_mode(folder.path, folder.mode); !set) return set;
    }
    // Webroots: also of apps that are gone, as the official plugin leaves them.
    const auto names = base::list_directory(environment.data_root());
    if (!names) return names.error();
    for (const std::string& name : *names) {
        const base::Path webroot = environment.data_root() / name;
        std::error_code unreadable;
        const bool is_link = std::filesystem::is_symlink(webroot, unreadable);
        if (name == "--global" || is_link || !base::directory_exists(webroot)) continue;
        if (auto set = base::set_mode(webroot, kOpenFolder); !set) return set;
    }
    return {};
}

/// What earlier versions, the official plugin and Docker left to root. A link is
/// told and left: where it leads is the operator's business.
base::Result<void> give_folders(const dokku::Environment& environment,
                                const dokku::SystemUser& owner, const dokku::Log& log) {
    for (const char* kind : {"data", "config"}) {
        auto given = give_folder(environment.lib_root, {kind, "letsencrypt"}, owner);
        if (given) continue;
        if (given.error().kind != base::ErrorKind::invalid_input) return given;
        log.warn(given.error().message + "; who owns what is in it was not looked at");
    }
    return {};
}

/// The certificates of all apps. One that cannot be put right keeps no other from it.
base::Result<void> protect_certificates(const dokku::Environment& environment,
                                        const dokku::SystemUser& owner, const dokku::Log& log) {
    const auto apps = dokku::list_all_apps(environment);
    if (!apps) return apps.error();
    for (const dokku::AppName& app : *apps) {
        const auto done = protect_certificate_files(environment.root, app.text(), owner);
        if (!done) log.warn(done.error().message);
    }
    return {};
}

/// nginx reads our own server blocks through one line in a folder that it includes already.
base::Result<void> include_own_blocks(const dokku::Environment& environment) {
    if (!base::directory_exists(environment.nginx_folder)) return {};
    const base::Path file = own_include(environment);
    if (base::file_exists(file) && !is_own_include(file)) {
        return base::fail(base::ErrorKind::invalid_input,
                          file.string() + " is there already and not of this plugin",
                          {"Rename it, then run: dokku plugin:install",
                           "Until then names that no vhost serves yet get no certificate."});
    }
    std::string text{kIncludeComment};
    text += "\ninclude " + (environment.global_root() / "nginx").string() + "/*.conf;\n";
    return base::ensure_file(file, text, kFile);
}

/// Switches the scheduled run on, once: an operator's `cron-job --remove` leaves `autorenew.off`.
/// Returns whether the crontab must be written anew.
base::Result<bool> switch_scheduled_run_on(const dokku::Environment& environment) {
    const base::Path marker = environment.global_root() / "autorenew";
    const base::Path legacy = environment.data_root() / "autorenew";
    const bool was_on = base::file_exists(marker);
    // `uninstall` took our lines out of the crontab and left the choice alone; where the official
    // plugin was before us, its own lines are there.
    const bool comes_back = read_installation(environment) != Installation::installed;
    if (auto removed = base::remove_file(legacy); !removed) return std::move(removed).error();
    if (was_on) return comes_back;
    if (base::file_exists(environment.global_root() / "autorenew.off")) return false;
    if (auto written = base::replace_file(marker, "", kFile); !written) {
        return std::move(written).error();
    }
    return true;
}

}  // namespace

base::Path own_include(const dokku::Environment& environment) {
    return environment.nginx_folder / "letsencrypt.conf";
}

bool is_own_include(const base::Path& file) {
    const auto text = base::read_file(file);
    return text && text->starts_with(kIncludeComment);
}

base::Result<void> prepare_as_root(const dokku::Environment& environment, const dokku::Log& log) {
    const auto owner = dokku::find_owner(environment);
    if (!owner) return owner.error();
    if (auto given = give_folders(environment, *owner, log); !given) return given;
    if (auto done = protect_certificates(environment, *owner, log); !done) return done;
    auto included = include_own_blocks(environment);
    if (!included && included.error().kind != base::ErrorKind::invalid_input) return included;
    if (!included) log.warn(included.error());
    return dokku::become_owner(environment, *owner);
}

base::Result<void> set_up_host(const dokku::Environment& environment, const dokku::Log& log) {
    if (auto made = make_data_folders(environment); !made) return made;
    if (auto migrated = migrate_settings(environment, log); !migrated) return migrated;
    const auto newly_on = switch_scheduled_run_on(environment);
    if (!newly_on) return newly_on.error();
    auto recorded = record_installation(environment, Installation::installed);
    if (!recorded) return recorded;
    // A crontab that was removed, or written anew without our lines, would stop all renewals.
    if (*newly_on || crontab_lacks_entries(environment)) {
        // Without an app yet nothing may implement it; the crontab follows with the next deploy.
        auto written =
            dokku::require_trigger(environment, dokku::Scope::global(), "scheduler-cron-write", {});
        if (!written) log.warn(written.error().message);
    }
    return {};
}

}  // namespace host
