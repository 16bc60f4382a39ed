#include "ca/claim.h"

#include <utility>

#include "base/directory.h"
#include "store/claim.h"

namespace ca {
bool is_gone(const Context& context, const dokku::AppName& app) {
    return !base::directory_exists(context.environment.app_root(app)) ||
           context.store.has_lost_state(app.text());
}

base::Result<void> hold_folder(const Context& context, IssueJob& job) {
    const base::Path root = context.environment.app_root(job.app());
    if (!job.hold.seen || !job.hold.seen->is_at(root)) {
        return changed_meanwhile(job.app());
    }
    job.hold.folder = std::move(job.hold.seen);
    job.hold.seen.reset();
    return hold_folder_again(job);
}

void rest(IssueJob& job) {
    job.hold.folder->rest();
    job.hold.lock.reset();
}

base::Result<void> hold_folder_again(IssueJob& job) {
    if (job.hold.folder->wake()) return {};
    return changed_meanwhile(job.app());
}

HeldFolder::HeldFolder(IssueJob& job)
    : job_(job),
      was_resting_(job.hold.folder && !job.hold.folder->is_awake()),
      is_held_(!was_resting_ || job.hold.folder->wake().has_value()) {}

HeldFolder::~HeldFolder() {
    if (was_resting_) job_.hold.folder->rest();
}

base::Unexpected<base::Error> changed_meanwhile(const dokku::AppName& app) {
    return base::fail(base::ErrorKind::not_found,
                      app.text() + " was changed meanwhile; it is left alone");
}

base::Path app_folder(const Context& context, const IssueJob& job) {
    const bool is_held = job.hold.folder && job.hold.folder->is_awake();
    return is_held ? job.hold.folder->path() : context.environment.app_root(job.app());
}

bool is_still_there(const Context& context, const IssueJob& job) {
    return job.hold.folder && job.hold.folder->is_at(context.environment.app_root(job.app())) &&
           context.store.has_state(job.app().text());
}

bool is_still_claimed(const Context& context, const IssueJob& job) {
    if (!is_still_there(context, job)) return false;
    // One that cannot be read says nothing, and is told of where it is to be written.
    const auto state = context.store.read_state(job.app().text());
    return !state || (!state->switched_off && !store::is_claimed_elsewhere(*state));
}

base::Result<bool> update_claimed_state(const Context& context, const IssueJob& job,
                                        const std::function<void(store::AppState&)>& change) {
    bool changed = false;
    auto kept = context.store.update_state_if(job.app().text(), [&](store::AppState& state) {
        changed = job.hold.folder ? is_still_claimed(context, job) : !is_gone(context, job.app());
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
