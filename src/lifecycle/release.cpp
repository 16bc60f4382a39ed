#include "lifecycle/release.h"

#include "base/directory.h"
#include "ca/claim.h"
#include "host/app_traces.h"
#include "serving/challenge_routes.h"

namespace lifecycle {
namespace {

void warn_of(const ca::Context& context, const base::Result<void>& done) {
    if (!done) context.log.warn(done.error().message);
}

}  // namespace

void forget_if_gone(const ca::Context& context, const dokku::AppName& app,
                    const base::Folder* seen) {
    const base::Path root = context.environment.app_root(app);
    const bool is_ending =
        seen != nullptr && seen->is_at(root) && context.store.has_lost_state(app.text());
    if (base::directory_exists(root) && !is_ending) return;
    warn_of(context, host::remove_app_traces(context.environment, app));
    warn_of(context, context.store.remove_state(app.text()));
}

void release(const ca::Context& context, ca::IssueJob& job) {
    job.hold.lock.reset();
    const auto& seen = job.hold.folder ? job.hold.folder : job.hold.seen;
    forget_if_gone(context, job.app(), seen ? &*seen : nullptr);
}

bool abandon(const ca::Context& context, ca::IssueJob& job) {
    const bool keep = job.settings().has_permanent_route() && ca::is_still_there(context, job);
    const bool changed = !keep && serving::remove_route_files(context, job);
    release(context, job);
    return changed;
}

}  // namespace lifecycle
