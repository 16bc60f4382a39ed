#include "subcommands/cron_job.h"

#include "base/directory.h"
#include "dokku/trigger.h"
#include "host/cron.h"

namespace subcommands {
namespace {

constexpr mode_t kFolder = 0755;
constexpr mode_t kFile = 0644;

/// The marker's file comes and goes; the crontab follows it. Dokku's own trigger writes the whole
/// crontab from the cron-entries of all plugins, so nothing of it is edited here.
base::Result<void> switch_to(const dokku::Environment& environment, const char* present,
                             const char* absent) {
    const base::Path global = environment.global_root();
    if (auto made = base::make_directories(global, kFolder); !made) return made;
    if (auto written = base::ensure_file(global / present, "", kFile); !written) return written;
    if (auto removed = base::remove_file(global / absent); !removed) return removed;
    dokku::RunOptions options;
    options.on_output = [](std::string_view) {};  // "Updated schedule file" is said by our own line
    return dokku::require_trigger(environment, dokku::Scope::global(), "scheduler-cron-write", {},
                                  options);
}

/// Is the scheduled run on?
void print_cron_job(const dokku::Environment& environment, const dokku::Log& log) {
    if (host::is_autorenew_enabled(environment)) {
        log.info2_quiet("Auto-renew cron job is enabled");
        log.verbose("Run 'dokku letsencrypt:cron-job --remove' to disable.");
    } else {
        log.info2_quiet("Auto-renew cron job is not enabled");
        log.verbose("Run 'dokku letsencrypt:cron-job --add' to enable.");
    }
}

/// Sets the marker and has the crontab written anew. Idempotent.
base::Result<void> add_cron_job(const dokku::Environment& environment, const dokku::Log& log) {
    if (auto on = switch_to(environment, "autorenew", "autorenew.off"); !on) return on;
    log.info1("Added cron job to dokku's crontab.");
    return {};
}

/// Takes the marker away and leaves `autorenew.off`, so that no later install or update switches
/// the run on again. Idempotent.
base::Result<void> remove_cron_job(const dokku::Environment& environment, const dokku::Log& log) {
    if (auto off = switch_to(environment, "autorenew.off", "autorenew"); !off) return off;
    log.info1("Removed cron job from dokku's crontab.");
    log.verbose(
        "The retry job is off as well: names that wait, and what failed, are not tried again.");
    return {};
}

}  // namespace

base::Result<void> cron_job(const dokku::Environment& environment, const dokku::Log& log,
                            const std::string& flag) {
    if (flag == "--add") return add_cron_job(environment, log);
    if (flag == "--remove") return remove_cron_job(environment, log);
    if (flag.empty()) {
        print_cron_job(environment, log);
        return {};
    }
    return base::fail(
        base::ErrorKind::invalid_input,
        "Invalid flag '" + flag + "', specify --add, --remove, or no flag to display status.");
}

}  // namespace subcommands
