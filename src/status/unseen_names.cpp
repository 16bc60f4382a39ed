#include "status/unseen_names.h"

#include <algorithm>

#include "status/name_outcome.h"
#include "store/cause.h"

namespace status {

bool is_for_nginx_to_say(const store::AppState& state, const std::string& name) {
    const store::NameState* known = store::find_name(state, name);
    if (known == nullptr) return true;
    const bool is_well = known->status == store::NameStatus::in_use && known->cause.empty();
    // What was noted while an operator's certificate was in use says nothing of ours.
    return is_well || known->status == store::NameStatus::creating ||
           known->status == store::NameStatus::not_used ||
           known->cause == store::cause::kNotServed ||
           known->cause == store::cause::kNoHttpsListener || known->cause == store::cause::kHost;
}

void note_unseen(store::AppState& state, const std::vector<std::string>& names, base::UtcTime now) {
    constexpr double kSoonest = 0;
    const bool is_new = state.names.empty();
    for (const std::string& name : names) {
        const bool is_wanted = is_new || store::find_name(state, name) != nullptr;
        if (!is_wanted || !is_for_nginx_to_say(state, name)) continue;
        const store::NameState* known = store::find_name(state, name);
        const bool is_noted = known != nullptr && (known->cause == store::cause::kNotServed ||
                                                   known->cause == store::cause::kNoHttpsListener);
        if (is_noted) continue;
        record_name(state,
                    {name, store::status_of(store::cause::kNotServed), store::cause::kNotServed,
                     "the certificate was put back, and nginx was not yet seen to show it"},
                    now, kSoonest);
        const base::UtcTime next = *store::find_name(state, name)->next_try;
        if (!state.due || next < *state.due) state.due = next;
    }
}

bool has_name_with(const store::AppState& state, std::string_view cause_name) {
    return std::any_of(state.names.begin(), state.names.end(),
                       [&](const store::NameState& name) { return name.cause == cause_name; });
}

}  // namespace status
