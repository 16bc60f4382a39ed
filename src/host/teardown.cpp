#include "host/teardown.h"

#include "base/directory.h"
#include "dokku/app.h"
#include "dokku/system_user.h"
#include "dokku/trigger.h"
#include "host/absence.h"
#include "host/cron.h"
#include "host/installation.h"
#include "host/setup.h"
#include "nginx/challenge_route.h"
#include "nginx/service.h"

namespace host {
namespace {

/// A snippet of the same name that we did not write is not ours to remove. Returns whether it went.
bool remove_own_snippet(const base::Path& snippet, const dokku::Log& log) {
    const auto text = base::read_file(snippet);
    if (!text || nginx::route_owner(*text).empty()) return false;
    const auto removed = base::remove_file(snippet);
    if (!removed) log.warn(removed.error());
    return removed.has_value();
}

/// Returns whether nginx has read anything that is gone now.
bool remove_routes(const dokku::Environment& environment, const dokku::Log& log) {
    bool any = false;
    const auto apps = dokku::list_all_apps(environment);
    if (!apps) log.warn(apps.error());
    for (const dokku::AppName& app : apps ? *apps : std::vector<dokku::AppName>{}) {
        if (remove_own_snippet(nginx::route_files(environment, app).snippet, log)) any = true;
    }
    const base::Path blocks = environment.global_root() / "nginx";
    const auto names = base::list_directory(blocks);
    if (!names) log.warn(names.error());
    for (const std::string& name : names ? *names : std::vector<std::string>{}) {
        if (!name.ends_with(".conf")) continue;
        if (const auto removed = base::remove_file(blocks / name); !removed) {
            log.warn(removed.error());
        } else {
            any = true;
        }
    }
    return any;
}

void reload_nginx(const dokku::Environment& environment, const dokku::Log& log) {
    const auto complaint = nginx::NginxService::test();
    if (!complaint) {
        log.warn(complaint.error());
    } else if (*complaint) {
        log.warn("nginx keeps the routes of letsencrypt until it reloads, and it cannot: " +
                 (*complaint)->message + " in " + (*complaint)->place());
    } else if (const auto reloaded =
                   nginx::NginxService{environment}.reload(dokku::Scope::global());
               !reloaded) {
        log.warn(reloaded.error());
    }
}

void silence_cron(const dokku::Environment& environment, const dokku::Log& log, base::UtcTime now) {
    // Nothing to silence, and no folder to put the record in.
    if (!base::directory_exists(environment.global_root())) return;
    const auto recorded = record_installation(environment, Installation::uninstalled);
    if (!recorded) log.warn(recorded.error());
    if (const auto noted = record_absence(environment, now); !noted) log.warn(noted.error());
    if (!is_autorenew_enabled(environment)) return;
    const auto written =
        dokku::require_trigger(environment, dokku::Scope::global(), "scheduler-cron-write", {});
    if (!written) log.warn(written.error());
}

}  // namespace

base::Result<void> tear_down_as_root(const dokku::Environment& environment, const dokku::Log& log) {
    if (is_own_include(own_include(environment))) {
        const auto removed = base::remove_file(own_include(environment));
        if (!removed) log.warn(removed.error());
    }
    const auto owner = dokku::find_owner(environment);
    if (!owner) return owner.error();
    return dokku::become_owner(environment, *owner);
}

void tear_down_host(const dokku::Environment& environment, const dokku::Log& log,
                    base::UtcTime now) {
    log.info1("Removing letsencrypt from nginx and from the crontab");
    const bool active = remove_routes(environment, log);
    if (active) reload_nginx(environment, log);
    silence_cron(environment, log, now);

    const std::string root = environment.root.string();
    const std::string lib = environment.lib_root.string();
    log.verbose("Certificates stay and are served, but nobody renews them:");
    log.verbose("  " + root + "/<app>/tls and " + root + "/<app>/letsencrypt");
    log.verbose(
        "With the official plugin in our place, switch its renewals on: "
        "dokku letsencrypt:cron-job --add");
    log.verbose("To delete those of an app: dokku certs:remove <app>; rm -r " + root +
                "/<app>/letsencrypt");
    log.verbose("Accounts and properties stay. To delete them: rm -r " + lib +
                "/data/letsencrypt " + lib + "/config/letsencrypt");
}

}  // namespace host
