#include "lifecycle/release.h"

#include "dokku/app_traces.h"
#include "lifecycle/challenge_routes.h"
#include "lifecycle/claim.h"

namespace lifecycle {
namespace {

void warn_of(const Context& context, const base::Result<void>& done) {
    if (!done) context.log.warn(done.error().message);
}

}  // namespace

void forget_if_gone(const Context& context, const dokku::AppName& app) {
    // Another app may have the name by now; what belongs to that one stays.
    if (!is_gone(context, app)) return;
    warn_of(context, dokku::remove_app_traces(context.environment, app));
    warn_of(context, context.store.remove_state(app.text()));
}

void release(const Context& context, IssueJob& job) {
    job.lock.reset();
    forget_if_gone(context, job.app);
}

bool abandon(const Context& context, IssueJob& job) {
    const bool keep = job.settings.has_permanent_route() && is_still_there(context, job);
    const bool changed = !keep && remove_route_files(context, job);
    release(context, job);
    return changed;
}

}  // namespace lifecycle
