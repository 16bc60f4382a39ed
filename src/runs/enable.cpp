#include "runs/enable.h"

#include <optional>
#include <utility>
#include <vector>

#include "dokku/app.h"
#include "lifecycle/dry_run.h"
#include "runs/runtime.h"

namespace runs {
namespace {

using lifecycle::RunOutcome;

base::Result<std::vector<dokku::AppName>> apps_of(const dokku::Environment& environment,
                                                  const EnableFlags& flags) {
    if (flags.all) return dokku::list_apps(environment);
    auto app = dokku::verify_app(environment, flags.app);
    if (!app) return std::move(app).error();
    return std::vector<dokku::AppName>{std::move(*app)};
}

RunOutcome rehearse(ca::Context& context, const std::vector<dokku::AppName>& apps) {
    auto outcome = RunOutcome::done;
    for (const dokku::AppName& app : apps) {
        if (context.loop.run(lifecycle::rehearse_enable(context, app)) != RunOutcome::done) {
            outcome = RunOutcome::failed;
        }
    }
    return outcome;
}

}  // namespace

base::Result<RunOutcome> enable(const dokku::Environment& environment, const dokku::Log& log,
                                const EnableFlags& flags) {
    const auto apps = apps_of(environment, flags);
    if (!apps) return apps.error();
    if (apps->empty()) {
        log.warn(dokku::no_apps_error());
        return RunOutcome::done;
    }
    const auto runtime = Runtime::open(environment, log);
    if (!runtime) return runtime.error();
    ca::Context& context = (*runtime)->context();
    if (flags.dry_run) return rehearse(context, *apps);
    ca::Request request;
    request.force = flags.force;
    request.strict = flags.strict;
    std::optional<base::FileLock> lock;
    if (flags.all) {
        request.origin = ca::Origin::all;
        request.over_all = true;
        auto taken = (*runtime)->lock_all();
        if (!taken) return std::move(taken).error();
        lock = *std::move(taken);
    }
    return context.loop.run(lifecycle::enable(context, *apps, request));
}

}  // namespace runs
