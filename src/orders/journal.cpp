#include "orders/journal.h"

#include "store/waits.h"

namespace orders {

base::Result<bool> begin_journal(const ca::Context& context, ca::IssueJob& job,
                                 const ca::Request& request) {
    const base::UtcTime now = context.clock.now();
    bool begun = false;
    auto kept = context.store.update_state_if(job.app().text(), [&](store::AppState& state) {
        const bool gone = !job.hold.folder->is_at(context.environment.app_root(job.app()));
        begun = !gone && !(state.switched_off && !job.hold.was_off);
        if (!begun) return false;
        job.hold.was_enabled = state.enabled;
        state.enabled = true;
        state.switched_off = false;
        job.hold.overdue = now + store::kJournalPatience;
        state.due = job.hold.overdue;
        store::CertificateState& own = ca::own_state(state, job);
        own.claim = store::Claim{base::this_process(), request.is_typed()};
        for (const std::string& name : ca::to_texts(job.names.ordered)) {
            if (store::find_name(own, name) != nullptr) continue;
            own.names.push_back({name, store::NameStatus::creating, "", "", now, 0, {}, {}, {}});
        }
        if (own.order) return true;
        own.order = store::RunningOrder{"",
                                        job.ca.server,
                                        "",
                                        job.wanted().hash,
                                        ca::to_texts(job.names.ordered),
                                        base::Secret{}};
        return true;
    });
    if (!kept) return std::move(kept).error();
    return begun;
}

}  // namespace orders
