#include "hooks/domains_changed.h"

#include "base/clock.h"
#include "hooks/app_facts.h"
#include "hooks/installed_pair.h"
#include "hooks/issue_worker.h"
#include "hooks/mark_due.h"
#include "store/claim.h"

namespace hooks {
namespace {

/// An operator named domains. With other actions they change as well (`enable`, `reset`), but Dokku
/// fires those before an `add` too: the retry job is soon enough.
bool names_domains(std::string_view action) {
    return action == "add" || action == "set";
}

/// A run that is at work for the app does not see the new names any more.
bool leave_to_running(const store::LocalStore& store, const dokku::AppName& app,
                      base::UtcTime now) {
    if (!store::is_at_work(store, app.text())) return false;
    const auto noted =
        store.update_state(app.text(), [&](store::AppState& state) { state.due = now; });
    return noted.has_value();
}

}  // namespace

base::Result<void> domains_changed(const dokku::Environment& environment, const dokku::Log& log,
                                   const dokku::AppName& app, std::string_view action) {
    if (!environment.run.empty()) return {};
    const store::LocalStore store{environment.global_root()};
    if (action.empty()) return note_pair(environment, store, app);
    if (!names_domains(action)) {
        return mark_due_if_wanted(environment, store, app, base::SystemClock{}.now());
    }
    const auto facts = read_facts(environment, store, app);
    if (!facts) return facts.error();
    if (!facts->issues_by_itself()) {
        log.warn("Please run dokku letsencrypt:enable to add https support to the new domain");
        return {};
    }
    if (leave_to_running(store, app, base::SystemClock{}.now())) {
        log.verbose("A run for " + app.text() + " is at work; the new names follow by themselves");
        return {};
    }
    return run_issue_worker(environment, log, app, facts->settings.issue_patience());
}

}  // namespace hooks
