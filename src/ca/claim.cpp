#include "ca/claim.h"

#include <utility>

#include "base/directory.h"

namespace ca {
bool is_gone(const Context& context, const dokku::AppName& app) {
    return !base::directory_exists(context.environment.app_root(app)) ||
           context.store.has_lost_state(app.text());
}

base::Result<void> hold_folder(const Context& context, IssueJob& job) {
    const base::Path root = context.environment.app_root(job.app);
    if (!job.seen || !job.seen->is_at(root)) {
        return base::fail(base::ErrorKind::not_found,
                          job.app.text() + " was changed meanwhile; it is left alone");
    }
    job.folder = std::move(job.seen);
    job.seen.reset();
    return {};
}

base::Path app_folder(const Context& context, const IssueJob& job) {
    return job.folder ? job.folder->path() : context.environment.app_root(job.app);
}

bool is_still_there(const Context& context, const IssueJob& job) {
    return job.folder && job.folder->is_at(context.environment.app_root(job.app)) &&
           context.store.has_state(job.app.text());
}

bool is_still_claimed(const Context& context, const IssueJob& job) {
    if (!is_still_there(context, job)) return false;
    // One that cannot be read says nothing, and is told of where it is to be written.
    const auto state = context.store.read_state(job.app.text());
    return !state || !state->switched_off;
}

base::Result<bool> update_claimed_state(const Context& context, const IssueJob& job,
                                        const std::function<void(store::AppState&)>& change) {
    bool changed = false;
    auto kept = context.store.update_state_if(job.app.text(), [&](store::AppState& state) {
        changed = job.folder ? is_still_claimed(context, job) : !is_gone(context, job.app);
        if (changed) change(state);
        return changed;
    });
    if (!kept) return std::move(kept).error();
    return changed;
}

base::Result<void> update_state_of(const Context& context, const dokku::AppName& app,
                                   const std::function<void(store::AppState&)>& change) {
    return context.store.update_state_if(app.text(), [&](store::AppState& state) {
        if (is_gone(context, app)) return false;
        change(state);
        return true;
    });
}

}  // namespace ca
