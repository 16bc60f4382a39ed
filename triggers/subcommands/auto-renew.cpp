// `letsencrypt:auto-renew [APP]`: renews what is due, of one app or of all. `--scheduled` marks the
// scheduled run, `--timestamps` one whose output goes into a log file.
#include "cli/run.h"
#include "dokku/app.h"
#include "lifecycle/auto_renew.h"
#include "lifecycle/plan_renewals.h"
#include "runs/runtime.h"

namespace {

base::Result<lifecycle::EnableOutcome> renew(runs::Runtime& held, const cli::Arguments& arguments) {
    ca::Context& context = held.context();
    const auto run = arguments.has("--scheduled") ? lifecycle::RenewalRun::scheduled
                                                  : lifecycle::RenewalRun::typed;
    if (!arguments.at(0).empty()) {
        const auto app = dokku::verify_app(context.environment, arguments.at(0));
        if (!app) return app.error();
        if (arguments.has("--dry-run")) return lifecycle::plan_renewals(context, {*app}, run);
        return lifecycle::auto_renew_one(context, *app, run);
    }
    // A filter per user must not hide apps from the scheduled run.
    const auto apps = run == lifecycle::RenewalRun::scheduled
                          ? dokku::list_all_apps(context.environment)
                          : dokku::list_apps(context.environment);
    if (!apps) return apps.error();
    if (apps->empty()) context.log.warn(dokku::no_apps_error());
    if (arguments.has("--dry-run")) return lifecycle::plan_renewals(context, *apps, run);
    const auto lock = held.lock_all();
    if (!lock) return lock.error();
    return lifecycle::auto_renew_all(context, *apps, run);
}

base::Result<cli::ExitCode> auto_renew(const cli::Call& call) {
    const auto run = runs::Runtime::open(call.environment, call.log);
    if (!run) return run.error();
    const auto outcome = renew(**run, call.arguments);
    if (!outcome) return outcome.error();
    return *outcome == lifecycle::EnableOutcome::done ? cli::ExitCode::done : cli::ExitCode::failed;
}

}  // namespace

int main(int argc, char** argv) {
    return cli::run_subcommand(argc, argv, "auto-renew", auto_renew);
}
