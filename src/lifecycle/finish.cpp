#include "lifecycle/finish.h"

#include <algorithm>

#include "ca/choose_ca.h"
#include "ca/claim.h"
#include "ca/explain_failure.h"
#include "lifecycle/prepare.h"
#include "serving/challenge_routes.h"
#include "serving/serve.h"

namespace lifecycle {
namespace {

/// What nginx serves now. After Request::on_pair_installed Dokku is rebuilding the vhost meanwhile.
async::Task<void> probe_served(ca::Context& context, const serving::ServedProbe& probe,
                               ca::IssueJob& job) {
    constexpr std::chrono::seconds kPatience{5};
    constexpr std::chrono::seconds kForDokku{30};
    auto expected = serving::expected_serving(job);
    if (!expected) co_return context.log.warn(expected.error().message);
    expected->vhost_before = job.serving.vhost_before;
    const std::chrono::seconds patience = job.serving.vhost_before ? kForDokku : kPatience;
    job.serving.names = co_await probe.probe(*expected, patience);
    const bool unloaded = std::any_of(
        job.serving.names.begin(), job.serving.names.end(),
        [](const ca::ServedName& one) { return one.cause == store::cause::kNotServed; });
    const bool rebuilt = !job.serving.vhost_before ||
                         *job.serving.vhost_before != serving::stamp_vhost(context, job.app());
    if (job.serving.vhost_before && (!rebuilt || unloaded)) {
        job.serving.rebuilt = co_await serving::rebuild_vhost(context, job.app());
        expected->vhost_before.reset();
        job.serving.names = co_await probe.probe(*expected, kPatience);
    }
    serving::blame_rebuild(job.serving.names, job.serving.rebuilt);
}

/// One line for each name that is missing in the new certificate.
void warn_of_deferred(const ca::Context& context, const ca::IssueJob& job) {
    for (const ca::DeferredName& deferred : job.names.deferred) {
        context.log.warn(deferred.name + " has no certificate yet (" + std::string{deferred.cause} +
                         "): " + deferred.reason.message);
    }
}

}  // namespace

void close_journal(const ca::Context& context, const ca::IssueJob& job) {
    store::Attempt attempt;
    attempt.at = context.clock.now();
    attempt.issued = job.alive();
    if (job.failure()) attempt.message = job.failure()->error.message;
    if (job.failure() && job.failure()->problem) {
        attempt.problem = acme::to_text(*job.failure()->problem);
    }
    // A certificate that was issued but does not hold what it should will not get better by being
    // fetched again: its order is done with. What the disk refused is tried again.
    const bool useless =
        job.failure() && job.issued && job.failure()->error.kind == base::ErrorKind::protocol;
    const store::Cause* why = store::find_cause(job.cause());
    const bool goes_on = job.alive() || (job.failure() && why != nullptr && why->heals);
    auto kept = ca::update_claimed_state(context, job, [&](store::AppState& state) {
        store::CertificateState& own = ca::own_state(state, job);
        if (!job.has_nothing_to_do()) own.last_attempt = attempt;
        ca::note_ca_health(own, job, attempt.at);
        // The retry job goes on with what can heal by itself. Else the app is as before the
        // command: the claim enabled it.
        if (!goes_on && !job.hold.was_enabled) {
            state.enabled = false;
            state.switched_off = job.hold.was_off;
        }
        const bool unasked = own.order && own.order->url.empty();
        if (job.alive() || useless || unasked) own.order.reset();
        own.claim.reset();
    });
    if (!kept) context.log.warn(kept.error().message);
}

void tell_of_failure(const ca::Context& context, const ca::IssueJob& job) {
    ca::tell_failure(context.log, *job.failure(), job.app());
    context.log.info1("Certificate retrieval failed!");
}

bool announce_pair(const ca::Context& context, ca::IssueJob& job, const ca::Request& request) {
    if (!request.on_pair_installed || !job.alive()) return false;
    if (!job.settings().has_permanent_route()) serving::remove_route_files(context, job);
    const base::FileStamp before = serving::stamp_vhost(context, job.app());
    if (!request.on_pair_installed()) return false;
    job.serving.vhost_before = before;
    return true;
}

async::Task<void> tell_end(Run& run, ca::Context& context, ca::IssueJob& job) {
    context.log.info1("Disabling ACME proxy for " + job.app().text() + "...");
    if (job.alive() && job.need == ca::Need::standby) {
        context.log.verbose("Kept for later: " + job.app().text() +
                            " is served with a certificate of its own");
        context.log.info1("Done");
    } else if (job.alive()) {
        const auto probe = run.reloads.probe();
        co_await probe_served(context, *probe, job);
        for (const ca::ServedName& served : job.serving.names) {
            if (!served.cause.empty()) context.log.warn(served.reason);
        }
        warn_of_deferred(context, job);
        context.log.info1("Done");
        co_await run.windows.ask_if_due(job.app());
    } else if (job.has_nothing_to_do()) {
        warn_of_deferred(context, job);
        if (!run.request.is_automatic()) tell_nothing_due(context, job);
    } else {
        context.log.warn("Failed to setup letsencrypt");
        context.log.warn("Check log output for further information on failure");
    }
}

}  // namespace lifecycle
