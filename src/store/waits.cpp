#include "store/waits.h"

#include <algorithm>

#include "base/asked_waits.h"

namespace store {
namespace {

using std::chrono::seconds;
using Time = std::optional<base::UtcTime>;

constexpr std::chrono::hours kCutTo{1};
/// Hooks and runs of the same moment.
constexpr std::chrono::minutes kSlack{1};

bool bound(Time& until, Time& set, seconds longest, base::UtcTime now) {
    if (!until || *until <= now) return false;
    const bool of_the_future = set && *set > now + kSlack;
    // An older release did not write it down: then the wait begins now.
    const base::UtcTime begin = of_the_future ? now : set.value_or(now);
    if (!of_the_future && *until - begin <= longest) return false;
    until = std::min<base::UtcTime>(*until, now + kCutTo);
    set = now;
    return true;
}

/// What lasts since a time that is still to come lasts since now.
bool bound_since(Time& since, base::UtcTime now) {
    if (!since || *since <= now + kSlack) return false;
    since = now;
    return true;
}

bool bound_name(NameState& name, base::UtcTime now) {
    const bool asked = name.not_before && name.next_try && *name.next_try <= *name.not_before;
    const seconds longest = asked ? base::kLongestAskedWait : kLongestWait;
    if (!bound(name.next_try, name.next_try_set, longest, now)) return false;
    if (name.not_before) name.not_before = std::min(*name.not_before, *name.next_try);
    return true;
}

bool bound_inquiry(RenewalPlan& plan, base::UtcTime now) {
    // Only an answer that was a refusal may ask for more than a day (renewal/renewal_plan.h).
    const seconds longest = plan.failures > 0 ? base::kLongestAskedWait : kLongestWait;
    return bound(plan.next_ask, plan.next_ask_set, longest, now);
}

bool bound_lists(CertificateState& state, base::UtcTime now) {
    // A certificate that names no list is not looked up as long as it lives.
    if (state.installed && state.next_crl_check == state.installed->not_after) return false;
    return bound(state.next_crl_check, state.next_crl_check_set, kLongestWait, now);
}

/// The end of a certificate of the app's own, if that is what the app waits for.
Time end_of_custom(const AppState& state) {
    if (!state.installed || state.installed->owner != Owner::custom) return std::nullopt;
    const bool idle = std::all_of(state.names.begin(), state.names.end(), [](const auto& name) {
        return name.status == NameStatus::not_used || name.status == NameStatus::disabled;
    });
    const Time end = state.installed->not_after;
    return (idle && state.enabled) || state.due == end ? end : std::nullopt;
}

Time earliest_wait(const AppState& state) {
    Time earliest;
    const auto consider = [&](const Time& at) {
        if (at && (!earliest || *at < *earliest)) earliest = at;
    };
    for_each_certificate(state, [&](const CertificateState& certificate) {
        for (const NameState& name : certificate.names)
            consider(name.next_try);
        consider(certificate.renew_at);
    });
    consider(end_of_custom(state));
    return earliest;
}

bool bound_certificate(CertificateState& state, base::UtcTime now) {
    bool changed = false;
    for (NameState& name : state.names) {
        changed |= bound_name(name, now);
        changed |= bound_since(name.failing_since, now);
    }
    changed |= bound_since(state.ca_fails_since, now);
    if (state.renewal) changed |= bound_inquiry(*state.renewal, now);
    changed |= bound_lists(state, now);
    return changed;
}

bool has_journal(const AppState& state) {
    bool has = false;
    for_each_certificate(state, [&](const CertificateState& certificate) {
        has = has || certificate.order.has_value();
    });
    return has;
}

bool bound_due(AppState& state, base::UtcTime now) {
    const Time earliest = earliest_wait(state);
    if (!state.due) {
        // What waits and has no such time would never be looked at.
        if (!earliest || state.switched_off) return false;
        state.due = earliest;
        return true;
    }
    if (*state.due <= now) return false;
    if (state.due == earliest) return false;
    const bool at_work = has_journal(state) && *state.due <= now + kJournalPatience;
    if (at_work && (!earliest || *state.due < *earliest)) return false;
    // Who set a time that nothing is waited for wanted the app to be looked at.
    state.due = earliest.value_or(now);
    return true;
}

}  // namespace

bool bound_waits(AppState& state, base::UtcTime now) {
    bool changed = false;
    for_each_certificate(state, [&](CertificateState& certificate) {
        changed |= bound_certificate(certificate, now);
    });
    changed |= bound_due(state, now);
    return changed;
}

}  // namespace store
