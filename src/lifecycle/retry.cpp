#include "lifecycle/retry.h"

#include <algorithm>
#include <set>
#include <utility>

#include "async/all.h"
#include "host/app_traces.h"
#include "host/finish_removals.h"
#include "lifecycle/damaged_states.h"
#include "renewal/renewal_plan.h"
#include "serving/load_again.h"
#include "status/name_outcome.h"
#include "store/claim.h"
#include "tls/certs.h"
#include "tls/removal_marker.h"

namespace lifecycle {
namespace {

/// Its certificate is installed, nginx did not show it, and it is time to look again.
bool waits_to_be_served(const store::NameState& name, base::UtcTime now) {
    return (name.cause == store::cause::kNotServed ||
            name.cause == store::cause::kNoHttpsListener) &&
           name.next_try.value_or(now) <= now;
}

/// What is installed for the app, and which of its names are to be seen served.
base::Result<serving::ExpectedServing> unseen_names(const ca::Context& context,
                                                    const dokku::AppName& app,
                                                    const store::AppState& state) {
    auto expected = serving::expected_of_pair_in_use(context, app);
    if (!expected) return expected;
    expected->names.clear();
    for (const store::NameState& name : state.names) {
        if (waits_to_be_served(name, context.clock.now())) expected->names.push_back(name.name);
    }
    return expected;
}

/// Names with an installed certificate that nginx did not show: looks again, and has the vhost
/// rebuilt if that may help.
async::Task<void> probe_unseen_names(ca::Context& context, dokku::AppName app) {
    const auto state = context.store.read_state(app.text());
    if (!state) co_return;
    auto expected = unseen_names(context, app, *state);
    if (!expected || expected->names.empty() || !tls::is_active(context.environment, app))
        co_return;
    const auto lock = context.store.try_lock_app(app.text());
    if (!lock) co_return;
    static_cast<void>(co_await serving::load_again(context, std::move(*expected)));
}

/// The index is made again where it was lost: by a disk, a hand, or an older version of ours.
void restore_due_index(const ca::Context& context) {
    if (!context.store.is_due_index_lost()) return;
    const auto rebuilt = context.store.rebuild_due_index();
    if (!rebuilt) context.log.warn(rebuilt.error().message);
}

/// What the index says is looked up in the app's state. Fails, and was told, where that cannot be
/// read (once an hour) or was damaged and it is not known what it was.
base::Result<bool> is_due_by_state(const ca::Context& context, const dokku::AppName& app) {
    const base::UtcTime now = context.clock.now();
    const auto state = context.store.read_state(app.text());
    if (!state) {
        tell_unreadable_state(context, app, state.error());
        const auto later = context.store.postpone(app.text(), now + std::chrono::hours{1});
        if (!later) context.log.warn(later.error().message);
        return state.error();
    }
    if (store::is_claimed_elsewhere(*state)) return false;
    // An open journal while a run over all apps is under way: it waits for its turn there.
    if (state->order && context.store.is_run_under_way()) return false;
    if (state->switched_off) {
        // Another process removes its pair, or that failed: finish_removals looks again.
        if (tls::pending_removal(context.environment, app)) return false;
        (void)context.store.update_state(app.text(), [](store::AppState& one) { one.due.reset(); });
        return false;
    }
    if (state->is_unknown()) {
        if (resolve_damaged_state(context, app)) return true;
        return base::fail(base::ErrorKind::not_found, "nobody can say whether it is enabled");
    }
    if (state->due && *state->due <= now) return true;
    (void)context.store.reindex(app.text());
    return false;
}

void wait_for_next_batch(const ca::Context& context, const dokku::AppName& app) {
    const base::UtcTime now = context.clock.now();
    const auto kept = context.store.update_state_if(app.text(), [&](store::AppState& state) {
        if (!renewal::postpone_to_next_batch(state, now)) return false;
        state.due = status::next_due_of(state, status::CustomEnd::awaited, now);
        return true;
    });
    if (!kept) context.log.warn(kept.error().message);
}

/// One that is under way, in a batch that takes long or that was killed, takes no others along.
bool is_renewal_due(const ca::Context& context, const dokku::AppName& app) {
    const auto state = context.store.read_state(app.text());
    return state && !state->order && state->renew_at && *state->renew_at <= context.clock.now();
}

/// With a renewal that is due go those that are due within the hour; the others of that hour wait
/// for the next one. Returns whether there is one.
bool add_coming_renewals(const ca::Context& context, const std::vector<dokku::AppName>& existing,
                         std::vector<dokku::AppName>& apps) {
    const bool any_due = std::any_of(apps.begin(), apps.end(), [&](const dokku::AppName& app) {
        return is_renewal_due(context, app);
    });
    if (!any_due) return false;
    const base::UtcTime now = context.clock.now();
    const std::set<dokku::AppName> taken{apps.begin(), apps.end()};
    for (const std::string& text : context.store.due_apps(now + renewal::kBatchSpan)) {
        const auto app = dokku::AppName::parse(text);
        if (!app || taken.contains(*app)) continue;
        if (!std::binary_search(existing.begin(), existing.end(), *app)) continue;
        const auto state = context.store.read_state(text);
        const bool is_coming = state && state->renew_at &&
                               *state->renew_at <= now + renewal::kBatchSpan &&
                               !state->switched_off && !state->order;
        if (!is_coming) continue;
        if (renewal::may_go_along(*state, now)) {
            apps.push_back(*app);
        } else {
            wait_for_next_batch(context, *app);
        }
    }
    return true;
}

async::Task<RunOutcome> probe_and_enable(ca::Context& context, std::vector<dokku::AppName> apps,
                                         ca::Request request) {
    std::vector<async::Task<void>> probes;
    probes.reserve(apps.size());
    for (const dokku::AppName& app : apps)
        probes.push_back(probe_unseen_names(context, app));
    co_await async::all(std::move(probes));
    request.origin = ca::Origin::automatic;
    co_return co_await enable(context, std::move(apps), std::move(request));
}

/// What the app waits for is looked at now.
async::Task<RunOutcome> retry_now(ca::Context& context, dokku::AppName app, ca::Request request) {
    if (auto marked = context.store.mark_due(app.text(), context.clock.now()); !marked) {
        context.log.warn(marked.error().message);
        co_return RunOutcome::failed;
    }
    std::vector<dokku::AppName> apps;
    apps.push_back(std::move(app));
    co_return co_await probe_and_enable(context, std::move(apps), std::move(request));
}

}  // namespace

async::Task<RunOutcome> retry_due(ca::Context& context) {
    host::finish_removals(context.environment, context.store, context.log, context.clock.now());
    const auto existing = dokku::list_all_apps(context.environment);
    if (!existing) {
        context.log.warn(existing.error().message);
        co_return RunOutcome::failed;
    }
    restore_due_index(context);
    std::vector<dokku::AppName> apps;
    bool all_read = true;
    for (const std::string& text : context.store.due_apps(context.clock.now())) {
        const auto app = dokku::AppName::parse(text);
        if (!app || !std::binary_search(existing->begin(), existing->end(), *app)) {
            if (app) (void)host::remove_app_traces(context.environment, *app);
            (void)context.store.remove_state(text);
            continue;
        }
        const auto due = is_due_by_state(context, *app);
        if (due && *due) apps.push_back(*app);
        all_read = all_read && due;
    }
    ca::Request request;
    if (add_coming_renewals(context, *existing, apps)) request.ahead = renewal::kBatchSpan;
    const RunOutcome outcome =
        co_await probe_and_enable(context, std::move(apps), std::move(request));
    co_return all_read ? outcome : RunOutcome::failed;
}

async::Task<RunOutcome> retry_app(ca::Context& context, dokku::AppName app) {
    ca::Request request;
    request.by_hand = true;
    co_return co_await retry_now(context, std::move(app), std::move(request));
}

async::Task<RunOutcome> issue_for_change(ca::Context& context, dokku::AppName app,
                                         std::function<bool()> on_pair_installed) {
    ca::Request request;
    request.on_pair_installed = std::move(on_pair_installed);
    co_return co_await retry_now(context, std::move(app), std::move(request));
}

}  // namespace lifecycle
