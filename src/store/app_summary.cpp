#include "store/app_summary.h"

#include <algorithm>
#include <vector>

namespace store {

bool is_settled(const NameState& name) {
    if (name.status == NameStatus::in_use) return name.cause.empty();
    return name.status == NameStatus::not_used || name.status == NameStatus::disabled;
}

std::string summarize(const AppState& state) {
    if (state.is_unknown() && state.names.empty()) return "failing";
    std::vector<NameStatus> wanted;
    for (const NameState& name : state.names) {
        if (name.status != NameStatus::disabled) wanted.push_back(name.status);
    }
    const auto count = [&](auto... statuses) {
        return std::count_if(wanted.begin(), wanted.end(),
                             [&](NameStatus one) { return ((one == statuses) || ...); });
    };
    const auto all = static_cast<std::ptrdiff_t>(wanted.size());
    if (all == 0) return state.enabled && state.names.empty() ? "waiting" : "off";
    if (count(NameStatus::not_used) == all) return "not-used";
    if (count(NameStatus::in_use, NameStatus::not_used) == all) {
        const bool settled = std::all_of(state.names.begin(), state.names.end(), is_settled);
        return settled ? "ok" : "failing";
    }
    const auto covered = count(NameStatus::in_use, NameStatus::installed);
    if (covered > 0 && covered < all) {
        return "partial " + std::to_string(covered) + "/" + std::to_string(all);
    }
    const bool is_unseen =
        std::any_of(state.names.begin(), state.names.end(), [](const NameState& name) {
            return name.status == NameStatus::installed && !name.cause.empty();
        });
    const bool has_failed = count(NameStatus::failed, NameStatus::action_required) > 0;
    return has_failed || is_unseen ? "failing" : "waiting";
}

AppSummary read_summary(const LocalStore& store, std::string_view app) {
    const auto state = store.read_state(app);
    if (!state) return {"failing"};
    AppSummary summary{summarize(*state)};
    const bool is_kept = summary.status != "off" && summary.status != "not-used";
    const bool is_looked_after = !store.find_stuck_run(app) && store.check_writable(app);
    if (is_kept && !is_looked_after) summary.status = "failing";
    if (!is_renewed(*state)) return summary;
    summary.renews_at = state->renew_at;
    summary.renewal_explanation = renewal_explanation(*state);
    return summary;
}

}  // namespace store
