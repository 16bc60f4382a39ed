#include "lifecycle/auto_renew.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>

#include "base/duration_text.h"
#include "base/random.h"
#include "base/text.h"
#include "ca/claim.h"
#include "ca/stuck_app.h"
#include "host/finish_removals.h"
#include "lifecycle/damaged_states.h"
#include "serving/valid_nginx.h"
#include "status/answer.h"
#include "store/last_run.h"
#include "store/waits.h"

namespace lifecycle {
namespace {

ca::Request request_of(RenewalRun run) {
    ca::Request request;
    request.origin = run == RenewalRun::scheduled ? ca::Origin::scheduled : ca::Origin::all;
    return request;
}

/// The scheduled run answers for all apps, also for those of which nothing good is known.
CheckedStates check_all_states(const ca::Context& context, RenewalRun run) {
    if (run != RenewalRun::scheduled) return {};
    const auto all = dokku::list_all_apps(context.environment);
    if (all) return check_states(context, *all);
    context.log.warn(all.error().message);
    return {};
}

std::vector<dokku::AppName> without(std::vector<dokku::AppName> apps,
                                    const std::vector<dokku::AppName>& others) {
    const std::set<dokku::AppName> left_out{others.begin(), others.end()};
    std::erase_if(apps, [&](const dokku::AppName& app) { return left_out.contains(app); });
    return apps;
}

/// No wait is believed for ever, whatever the clock said when it was written.
void bound_waits(const ca::Context& context) {
    const auto apps = dokku::list_all_apps(context.environment);
    if (!apps) return context.log.warn(apps.error().message);
    const base::UtcTime now = context.clock.now();
    for (const dokku::AppName& app : *apps) {
        auto state = context.store.read_state(app.text());
        if (!state || !store::bound_waits(*state, now)) continue;
        const auto kept = context.store.update_existing_state(
            app.text(), [&](store::AppState& one) { store::bound_waits(one, now); });
        if (!kept) context.log.warn(kept.error().message);
    }
}

/// False where the scheduled run leaves nginx with a configuration that it refuses.
async::Task<bool> mend_nginx_for(renewal::CaInquiries& inquiries, RenewalRun run) {
    if (run == RenewalRun::scheduled) co_return co_await serving::mend_nginx(inquiries);
    co_await serving::mend_missing_pairs(inquiries);
    co_return true;
}

/// What was due, is still there and has no success of this run counts as failed.
void keep_time(const ca::Context& context, const std::vector<dokku::AppName>& due,
               std::size_t unanswered, base::UtcTime started) {
    // A run that could keep nothing has answered for no app.
    if (context.store.find_stuck_writer()) return;
    store::LastRun run{context.clock.now(), 0, static_cast<std::int64_t>(unanswered)};
    for (const dokku::AppName& app : due) {
        if (ca::is_gone(context, app)) continue;
        const auto state = context.store.read_state(app.text());
        const bool renewed = state && state->last_attempt && state->last_attempt->issued &&
                             state->last_attempt->at >= started;
        (renewed ? run.renewed : run.failed) += 1;
    }
    const auto kept = store::write_last_run(context.environment.global_root(), run);
    if (!kept) context.log.warn(kept.error().message);
}

/// Tells what is due, and how long the others have.
std::vector<dokku::AppName> take_due(const ca::Context& context, const Renewals& found) {
    std::vector<dokku::AppName> due;
    for (const RenewalCandidate& candidate : found.candidates) {
        if (candidate.is_due()) {
            context.log.info1(candidate.app.text() + " needs renewal");
            due.push_back(candidate.app);
        } else {
            // Officially so: the duration's own units are followed by "days".
            context.log.verbose(candidate.app.text() + " still has " +
                                base::to_duration_text(candidate.left) +
                                " days left before renewal");
        }
    }
    for (const RenewalCandidate& candidate : found.lost) {
        context.log.info1(candidate.app.text() + " needs a certificate: " + candidate.why);
        due.push_back(candidate.app);
    }
    return due;
}

/// Every app that is to have HTTPS has it when the run ends, or its status says why not.
bool answer_for_all(const ca::Context& context, const std::vector<dokku::AppName>& due,
                    const Renewals& found) {
    bool all_well = true;
    for (const UnansweredApp& one : found.unanswered)
        status::report_unanswered(context, one.app, one.why);
    for (const dokku::AppName& app : due) {
        if (ca::is_gone(context, app)) continue;
        if (!status::answer_for(context, app)) all_well = false;
    }
    return all_well;
}

}  // namespace

async::Task<RunOutcome> auto_renew_all(ca::Context& context, std::vector<dokku::AppName> apps,
                                       RenewalRun run) {
    context.log.info2("Auto-renewing all apps...");
    const base::UtcTime started = context.clock.now();
    if (auto swept = context.store.sweep_states(); !swept) context.log.warn(swept.error().message);
    bound_waits(context);
    host::finish_removals(context.environment, context.store, context.log, context.clock.now());
    renewal::CaInquiries inquiries{context};
    const bool loads = co_await mend_nginx_for(inquiries, run);
    const auto [unanswered, is_index_written] = check_all_states(context, run);
    // Those which the time for inquiries does not reach is another each time.
    std::vector<dokku::AppName> walk = without(apps, unanswered);
    const auto first = walk.empty() ? 0 : base::random_below(walk.size());
    std::rotate(walk.begin(), walk.begin() + static_cast<std::ptrdiff_t>(first), walk.end());
    const Renewals found = co_await find_renewals(context, walk, run, &inquiries);
    const std::vector<dokku::AppName> due = take_due(context, found);
    const bool any_stuck = ca::tell_stuck_runs(context, without(apps, due));
    ca::Request request = request_of(run);
    request.over_all = true;
    RunOutcome outcome = RunOutcome::done;
    if (!due.empty()) outcome = co_await enable(context, due, request);
    const bool all_answered = found.unanswered.empty() && unanswered.empty() && is_index_written;
    if (!all_answered || !found.unserved.empty() || any_stuck || !loads) {
        outcome = RunOutcome::failed;
    }
    if (run == RenewalRun::scheduled && !answer_for_all(context, due, found)) {
        outcome = RunOutcome::failed;
    }
    const std::size_t failed = found.unanswered.size() + found.unserved.size() + unanswered.size();
    keep_time(context, due, failed, started);
    context.log.info2("Finished auto-renewal");
    if (outcome == RunOutcome::failed) {
        context.log.warn("One or more apps failed to have their certificates renewed");
    }
    co_return outcome;
}

async::Task<RunOutcome> auto_renew_one(ca::Context& context, dokku::AppName app, RenewalRun run) {
    host::finish_removals(context.environment, context.store, context.log, context.clock.now());
    renewal::CaInquiries inquiries{context};
    co_await serving::mend_missing_pairs(inquiries);
    const std::vector<dokku::AppName> one{app};
    const Renewals found = co_await find_renewals(context, one, run, &inquiries);
    if (!found.unanswered.empty() || !found.unserved.empty()) co_return RunOutcome::failed;
    const ca::Request request = request_of(run);
    if (!found.lost.empty()) co_return co_await enable(context, one, request);
    if (found.candidates.empty()) {
        context.log.info1("Letsencrypt not enabled for " + app.text());
        co_return RunOutcome::done;
    }
    const RenewalCandidate& candidate = found.candidates.front();
    if (!candidate.is_due()) {
        context.log.verbose(app.text() + " still has " + base::to_duration_text(candidate.left) +
                            " left before renewal");
        co_return RunOutcome::done;
    }
    context.log.info2("Auto-renew " + app.text() + "...");
    co_return co_await enable(context, one, request);
}

}  // namespace lifecycle
