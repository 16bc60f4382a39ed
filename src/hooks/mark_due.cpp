#include "hooks/mark_due.h"

#include <algorithm>

#include "dokku/property.h"
#include "hooks/app_facts.h"
#include "store/app_summary.h"
#include "tls/certs.h"

namespace hooks {
namespace {

bool waits_for_something(const store::AppState& state) {
    return std::any_of(state.names.begin(), state.names.end(),
                       [](const store::NameState& name) { return !store::is_settled(name); });
}

base::Result<void> set_due(const store::LocalStore& store, const dokku::AppName& app,
                           base::UtcTime now) {
    return store.update_state(app.text(), [&](store::AppState& state) { state.due = now; });
}

/// It was selected by another rule than the one that holds now; the scheduled run, which goes
/// through all apps, selects one.
base::Result<void> forget_renewal_time(const store::LocalStore& store, std::string_view app) {
    return store.update_existing_state(app, [](store::AppState& state) {
        if (state.due == state.renew_at) state.due.reset();
        state.renew_at.reset();
    });
}

}  // namespace

base::Result<bool> mark_deployed_due(const dokku::Environment& environment,
                                     const store::LocalStore& store, const dokku::AppName& app,
                                     base::UtcTime now) {
    const auto facts = read_facts(environment, store, app);
    if (!facts) return facts.error();
    if (waits_for_something(facts->state)) {
        if (auto marked = store.mark_due(app.text(), now); !marked)
            return std::move(marked).error();
        return true;
    }
    if (!facts->issues_by_itself() || dokku::has_pair(environment, app)) return false;
    if (auto due = set_due(store, app, now); !due) return std::move(due).error();
    return true;
}

base::Result<void> mark_due_after_setting(const store::LocalStore& store, std::string_view target,
                                          std::string_view property, base::UtcTime now) {
    const bool for_all = target == dokku::Scope::kGlobal;
    for (const std::string& app :
         for_all ? store.waiting_apps() : std::vector{std::string{target}}) {
        if (auto marked = store.mark_due(app, now); !marked) return marked;
        if (property != "graceperiod") continue;
        if (auto forgotten = forget_renewal_time(store, app); !forgotten) return forgotten;
    }
    return {};
}

base::Result<void> mark_renamed_due(const dokku::Environment& environment,
                                    const store::LocalStore& store, const dokku::AppName& app,
                                    base::UtcTime now) {
    if (auto marked = mark_due_if_wanted(environment, store, app, now); !marked) return marked;
    const auto state = store.read_state(app.text());
    if (!state) return state.error();
    const bool is_on = state->enabled && !state->switched_off;
    return is_on ? set_due(store, app, now) : base::Result<void>{};
}

base::Result<void> mark_due_if_wanted(const dokku::Environment& environment,
                                      const store::LocalStore& store, const dokku::AppName& app,
                                      base::UtcTime now) {
    const auto facts = read_facts(environment, store, app);
    if (!facts) return facts.error();
    if (auto marked = store.mark_due(app.text(), now); !marked) return marked;
    return facts->issues_by_itself() ? set_due(store, app, now) : base::Result<void>{};
}

}  // namespace hooks
