#include "lifecycle/release.h"

#include "ca/claim.h"
#include "host/app_traces.h"
#include "serving/app_routes.h"

namespace lifecycle {
namespace {

void warn_of(const ca::Context& context, const base::Result<void>& done) {
    if (!done) context.log.warn(done.error().message);
}

}  // namespace

void forget_if_gone(const ca::Context& context, const dokku::AppName& app) {
    // Another app may have the name by now; what belongs to that one stays.
    if (!ca::is_gone(context, app)) return;
    warn_of(context, host::remove_app_traces(context.environment, app));
    warn_of(context, context.store.remove_state(app.text()));
}

void release(const ca::Context& context, ca::IssueJob& job) {
    job.lock.reset();
    forget_if_gone(context, job.app);
}

bool abandon(const ca::Context& context, ca::IssueJob& job) {
    const bool keep = job.settings.has_permanent_route() && ca::is_still_there(context, job);
    const bool changed = !keep && serving::remove_route_files(context, job);
    release(context, job);
    return changed;
}

}  // namespace lifecycle
