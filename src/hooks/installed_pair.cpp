#include "hooks/installed_pair.h"

#include <filesystem>
#include <system_error>

#include "hooks/app_facts.h"
#include "store/cause.h"
#include "store/custom_certificate.h"
#include "store/switch_off.h"
#include "tls/certs.h"

namespace hooks {
namespace {

using store::NameStatus;

bool is_link(const base::Path& path) {
    std::error_code error;
    return std::filesystem::is_symlink(path, error);
}

void rest(store::AppState& state, base::UtcTime until, bool replaced_at_its_end) {
    for (store::NameState& name : state.names) {
        if (name.status == NameStatus::disabled || name.status == NameStatus::not_used) continue;
        name.status = store::status_of(store::cause::kCustom);
        name.cause = store::cause::kCustom;
        name.reason = "a certificate of its own is served until " + base::to_readable(until);
        name.failures = 0;
        name.next_try.reset();
    }
    state.renew_at.reset();
    state.due.reset();
    if (replaced_at_its_end) state.due = until;
}

/// Of a pair that no run of ours has seen: of the official plugin's, its folder is left.
store::Owner former_owner(const dokku::Environment& environment, const dokku::AppName& app,
                          const store::AppState& state) {
    if (state.installed) return state.installed->owner;
    const bool was_official = is_link(environment.certs_root(app) / "current");
    return was_official ? store::Owner::ours : store::Owner::custom;
}

}  // namespace

base::Result<void> note_pair(const dokku::Environment& environment, const store::LocalStore& store,
                             const dokku::AppName& app) {
    const auto status = tls::read_certificate_status(environment, app);
    if (!dokku::has_pair(environment, app) || !status.dates) {
        return store.update_existing_state(app.text(),
                                           [](store::AppState& state) { state.installed.reset(); });
    }
    if (status.active) return {};
    const auto facts = read_facts(environment, store, app);
    if (!facts) return facts.error();
    const base::UtcTime until = status.dates->not_after;
    const bool wanted = facts->state.enabled || facts->issues_by_itself();
    if (!wanted && !store.has_state(app.text())) return {};
    return store.update_state(app.text(), [&](store::AppState& state) {
        // One that we issued and that is not in use as ours (after a rename) stays ours.
        if (state.installed && state.installed->not_after == until) return;
        state.installed = store::InstalledPair{"", store::Owner::custom, until};
        rest(state, until, wanted);
    });
}

base::Result<void> note_removed_pair(const dokku::Environment& environment,
                                     const dokku::AppName& app, base::UtcTime now) {
    if (!environment.run.empty()) return {};
    const store::LocalStore store{environment.global_root()};
    const auto facts = read_facts(environment, store, app);
    if (!facts) return facts.error();
    const auto owner = former_owner(environment, app, facts->state);
    const auto after = store::after_removal(owner, facts->issues_by_itself());
    return store.update_existing_state(app.text(), [&](store::AppState& state) {
        state.installed.reset();
        if (after == store::AfterRemoval::order_ours) state.due = now;
        if (after == store::AfterRemoval::switch_off) store::switch_off(state);
    });
}

}  // namespace hooks
