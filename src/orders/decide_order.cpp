#include "orders/decide_order.h"

#include <algorithm>

#include "ca/cause_of_failure.h"
#include "ca/explain_failure.h"
#include "ca/rejected_names.h"
#include "renewal/rule.h"

namespace orders {
namespace {

/// Names that the certificate covers, that are wanted, and that would be lost by ordering now.
std::vector<const ca::DeferredName*> names_at_risk(const ca::Context& context,
                                                   const ca::IssueJob& job) {
    std::vector<const ca::DeferredName*> at_risk;
    const auto state = context.store.read_state(job.app().text());
    const base::UtcTime now = context.clock.now();
    for (const ca::DeferredName& deferred : job.names.deferred) {
        if (!job.covers(deferred.name)) continue;
        const store::NameState* known =
            state ? store::find_name(ca::own_state(*state, job), deferred.name) : nullptr;
        const base::UtcTime since = known != nullptr ? known->failing_since.value_or(now) : now;
        if (renewal::may_be_dropped(
                {since, job.present.covered_until.value_or(now), job.need == ca::Need::growth},
                now)) {
            continue;
        }
        at_risk.push_back(&deferred);
    }
    return at_risk;
}

/// The app fails for the reason of the name that would be lost; the others are well.
void defer_renewal(ca::IssueJob& job, const ca::DeferredName& lost) {
    job.fail(lost.cause, lost.reason);
    const base::Error reason{base::ErrorKind::rejected,
                             "not ordered yet, because the certificate would lose " + lost.name,
                             std::nullopt,
                             {}};
    for (const std::string& name : ca::to_texts(job.names.ordered))
        job.defer(name, store::cause::kHeldBack, reason);
    job.drop_deferred();
}

/// New names wait for the one that would be lost.
void defer_new_names(ca::IssueJob& job, const ca::DeferredName& lost) {
    for (const std::string& name : uncovered_names(job)) {
        job.defer(name, store::cause::kHeldBack,
                  {base::ErrorKind::rejected,
                   "not ordered yet, because the certificate would lose " + lost.name,
                   std::nullopt,
                   {}});
    }
    job.drop_deferred();
    job.end_without_order();
}

/// All that can be ordered is covered, and no order of an earlier run is there to be gone on with:
/// the name that it was for cannot be certified now.
bool is_needless(const ca::Context& context, const ca::IssueJob& job) {
    if (!uncovered_names(job).empty()) return false;
    if (job.need != ca::Need::unfinished) return job.need == ca::Need::growth;
    const auto state = context.store.read_state(job.app().text());
    if (!state) return false;
    const auto& order = ca::own_state(*state, job).order;
    return !order || order->names != ca::to_texts(job.names.ordered);
}

}  // namespace

std::vector<std::string> uncovered_names(const ca::IssueJob& job) {
    std::vector<std::string> names;
    for (const dns::DnsName& name : job.names.ordered) {
        if (!job.covers(name.str())) names.push_back(name.str());
    }
    return names;
}

void decide_order(const ca::Context& context, ca::IssueJob& job, const ca::Request& request) {
    if (!job.alive()) return;
    if (request.strict && !job.names.deferred.empty()) {
        const ca::DeferredName& missing = job.names.deferred.front();
        return job.fail(missing.cause, missing.reason);
    }
    if (!request.is_typed()) {
        const auto at_risk = names_at_risk(context, job);
        if (!at_risk.empty() && job.need == ca::Need::growth)
            return defer_new_names(job, *at_risk.front());
        if (!at_risk.empty()) return defer_renewal(job, *at_risk.front());
    }
    if (is_needless(context, job)) job.end_without_order();
}

bool drop_rejected_names(const ca::Context& context, ca::IssueJob& job,
                         const ca::Request& request) {
    if (!job.failure() || !job.failure()->problem || request.strict) return false;
    const acme::Failure failure = *job.failure();
    const auto parts = ca::rejected_names(*failure.problem, ca::to_texts(job.names.ordered));
    if (parts.empty()) return false;
    for (const acme::Subproblem& part : parts) {
        const auto why = ca::cause_of_part(failure, part);
        job.defer(part.identifier->value, why,
                  {failure.error.kind, ca::reason_of(part), failure.error.retry_at, {}});
        job.names.deferred.back().refused_by_ca =
            failure.spent_validation_on(part.identifier->value);
    }
    job.go_on();
    job.drop_deferred();
    if (job.names.ordered.empty()) {
        job.fail(failure);
        return false;
    }
    for (const std::string& line : ca::explain(failure, job.app().text()))
        context.log.verbose(line);
    context.log.verbose("Ordering again without what the CA refused");
    decide_order(context, job, request);
    return job.alive();
}

}  // namespace orders
