#include "runs/auto_renew.h"

#include "dokku/app.h"
#include "lifecycle/plan_renewals.h"
#include "runs/runtime.h"

namespace runs {
namespace {

using lifecycle::RenewalRun;
using lifecycle::RunOutcome;

base::Result<RunOutcome> renew_one(ca::Context& context, const AutoRenewFlags& flags,
                                   RenewalRun run) {
    const auto app = dokku::verify_app(context.environment, flags.app);
    if (!app) return app.error();
    if (!flags.dry_run) return context.loop.run(lifecycle::auto_renew_one(context, *app, run));
    return context.loop.run(lifecycle::plan_renewals(context, {*app}, run));
}

}  // namespace

base::Result<RunOutcome> auto_renew(const dokku::Environment& environment, const dokku::Log& log,
                                    const AutoRenewFlags& flags) {
    const auto runtime = Runtime::open(environment, log);
    if (!runtime) return runtime.error();
    ca::Context& context = (*runtime)->context();
    const auto run = flags.scheduled ? RenewalRun::scheduled : RenewalRun::typed;
    if (!flags.app.empty()) return renew_one(context, flags, run);
    // A filter per user must not hide apps from the scheduled run.
    const auto apps =
        flags.scheduled ? dokku::list_all_apps(environment) : dokku::list_apps(environment);
    if (!apps) return apps.error();
    if (apps->empty()) log.warn(dokku::no_apps_error());
    if (flags.dry_run) return context.loop.run(lifecycle::plan_renewals(context, *apps, run));
    const auto lock = (*runtime)->lock_all();
    if (!lock) return lock.error();
    return context.loop.run(lifecycle::auto_renew_all(context, *apps, run));
}

}  // namespace runs
