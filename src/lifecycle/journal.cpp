#include "lifecycle/journal.h"

#include "lifecycle/record.h"

namespace lifecycle {

base::Result<void> begin_journal(const Context& context, const IssueJob& job) {
    const base::UtcTime now = context.clock.now();
    return context.store.update_state(job.app.text(), [&](store::AppState& state) {
        state.due = now + kJournalPatience;
        for (const std::string& name : to_texts(job.names)) {
            if (store::find_name(state, name) != nullptr) continue;
            state.names.push_back({name, store::NameStatus::creating, "", "", now, 0, {}, {}, {}});
        }
        if (state.order) return;
        state.order = store::RunningOrder{"",       job.settings.server.computed, "",
                                          job.hash, to_texts(job.names),          base::Secret{}};
    });
}

}  // namespace lifecycle
