#include "orders/journal.h"

#include "store/waits.h"

namespace orders {

base::Result<bool> begin_journal(const ca::Context& context, ca::IssueJob& job,
                                 const ca::Request& request) {
    const base::UtcTime now = context.clock.now();
    bool begun = false;
    auto kept = context.store.update_state_if(job.app.text(), [&](store::AppState& state) {
        const bool gone = !job.folder->is_at(context.environment.app_root(job.app));
        begun = !gone && !(state.switched_off && !job.was_off);
        if (!begun) return false;
        job.was_enabled = state.enabled;
        state.enabled = true;
        state.switched_off = false;
        job.overdue = now + store::kJournalPatience;
        state.due = job.overdue;
        state.claim = store::Claim{base::this_process(), request.is_typed()};
        for (const std::string& name : ca::to_texts(job.names)) {
            if (store::find_name(state, name) != nullptr) continue;
            state.names.push_back({name, store::NameStatus::creating, "", "", now, 0, {}, {}, {}});
        }
        if (state.order) return true;
        state.order = store::RunningOrder{"",       job.settings.server.computed, "",
                                          job.hash, ca::to_texts(job.names),      base::Secret{}};
        return true;
    });
    if (!kept) return std::move(kept).error();
    return begun;
}

}  // namespace orders
