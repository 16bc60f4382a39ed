#include "lifecycle/finish.h"

#include <algorithm>

#include "ca/choose_ca.h"
#include "ca/claim.h"
#include "lifecycle/prepare.h"
#include "lifecycle/release.h"
#include "renewal/renewal_plan.h"
#include "serving/serve.h"
#include "status/record_outcome.h"

namespace lifecycle {
namespace {

/// What nginx serves now. After Request::on_pair_installed Dokku is rebuilding the vhost meanwhile.
void probe_served(ca::Context& context, const serving::ServedProbe& probe, ca::IssueJob& job,
                  std::chrono::milliseconds patience) {
    constexpr std::chrono::seconds kForDokku{30};
    auto expected = serving::expected_serving(job);
    if (!expected) return context.log.warn(expected.error().message);
    expected->vhost_before = job.vhost_before;
    job.served = probe.probe(*expected, job.vhost_before ? kForDokku : patience);
    const bool unloaded = std::any_of(
        job.served.begin(), job.served.end(),
        [](const ca::ServedName& one) { return one.cause == store::cause::kNotServed; });
    const bool rebuilt =
        !job.vhost_before || *job.vhost_before != serving::stamp_vhost(context, job.app);
    if (job.vhost_before && (!rebuilt || unloaded)) {
        job.rebuilt = serving::rebuild_vhost(context, job.app);
        expected->vhost_before.reset();
        job.served = probe.probe(*expected, patience);
    }
    serving::blame_rebuild(job.served, job.rebuilt);
}

/// One line for each name that is missing in the new certificate.
void warn_of_deferred(const ca::Context& context, const ca::IssueJob& job) {
    for (const ca::DeferredName& deferred : job.deferred) {
        if (deferred.cause == store::cause::kExcluded) continue;
        context.log.warn(deferred.name + " has no certificate yet (" + std::string{deferred.cause} +
                         "): " + deferred.reason.message);
    }
}

}  // namespace

void close_journal(ca::Context& context, const ca::IssueJob& job) {
    store::Attempt attempt;
    attempt.at = context.clock.now();
    attempt.issued = job.alive();
    if (job.failure) attempt.message = job.failure->error.message;
    if (job.failure && job.failure->problem) {
        attempt.problem = acme::to_text(*job.failure->problem);
    }
    // A certificate that was issued but does not hold what it should will not get better by being
    // fetched again: its order is done with. What the disk refused is tried again.
    const bool useless =
        job.failure && job.issued && job.failure->error.kind == base::ErrorKind::protocol;
    const store::Cause* why = store::find_cause(job.cause);
    const bool goes_on = job.alive() || (job.failure && why != nullptr && why->heals);
    auto kept = ca::update_claimed_state(context, job, [&](store::AppState& state) {
        if (!job.nothing_to_do) state.last_attempt = attempt;
        ca::note_ca_health(state, job, attempt.at);
        // The retry job goes on with what can heal by itself. Else the app is as before the
        // command: the claim enabled it.
        if (!goes_on && !job.was_enabled) {
            state.enabled = false;
            state.switched_off = job.was_off;
        }
        const bool unasked = state.order && state.order->url.empty();
        if (job.alive() || useless || unasked) state.order.reset();
    });
    if (!kept) context.log.warn(kept.error().message);
}

namespace {

void finish_one(ca::Context& context, const serving::ServedProbe& probe,
                renewal::RenewalInquiry& inquiry, ca::IssueJob& job, const ca::Request& request,
                std::chrono::milliseconds patience) {
    context.log.info1("Disabling ACME proxy for " + job.app.text() + "...");
    if (job.alive() && job.unused) {
        context.log.verbose("Kept for later: " + job.app.text() +
                            " is served with a certificate of its own");
        context.log.info1("Done");
    } else if (job.alive()) {
        probe_served(context, probe, job, patience);
        for (const ca::ServedName& served : job.served) {
            if (!served.cause.empty()) context.log.warn(served.reason);
        }
        warn_of_deferred(context, job);
        context.log.info1("Done");
    } else if (job.nothing_to_do) {
        warn_of_deferred(context, job);
        if (!request.is_automatic()) tell_nothing_due(context, job);
    } else {
        context.log.warn("Failed to setup letsencrypt");
        context.log.warn("Check log output for further information on failure");
    }
    const bool installed = job.alive() && !job.unused;
    if (installed) inquiry.ask_if_due(job.app);
    status::record_outcome(context, job);
    release(context, job);
}

}  // namespace

void finish(ca::Context& context, const std::vector<ca::IssueJob*>& jobs,
            const ca::Request& request) {
    constexpr std::chrono::seconds kPatience{5};  // of all together: they were loaded together
    const serving::ServedProbe probe{context};
    renewal::RenewalInquiry inquiry{context};
    const auto deadline = context.clock.monotonic() + kPatience;
    for (ca::IssueJob* job : jobs) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - context.clock.monotonic());
        finish_one(context, probe, inquiry, *job, request,
                   std::max(left, std::chrono::milliseconds{0}));
    }
}

}  // namespace lifecycle
