#include "renewal/rule.h"

#include <algorithm>

#include "settings/default_renewal_margin.h"

namespace renewal {

namespace {

using std::chrono::seconds;

/// What the certificate and the CA say without a graceperiod.
RenewalTime usual_time(const RenewalRule& rule) {
    const auto& dates = rule.dates;
    if (!rule.selected_time) {
        return {dates.not_after - settings::default_renewal_margin(dates),
                "the certificate's lifetime"};
    }
    const base::UtcTime last = dates.not_after - (dates.not_after - dates.not_before) / 10;
    if (last < *rule.selected_time) return {last, "the certificate's end"};
    return {*rule.selected_time, "the CA's renewal window"};
}

}  // namespace

RenewalTime renewal_time(const RenewalRule& rule) {
    const RenewalTime usual = usual_time(rule);
    if (!rule.graceperiod) return usual;
    const auto& dates = rule.dates;
    RenewalTime set{dates.not_after - *rule.graceperiod, "the graceperiod"};
    if (!rule.scheduled) return set;
    const seconds half = (dates.not_after - dates.not_before) / 2;
    set.graceperiod_clamped = *rule.graceperiod > half;
    if (set.graceperiod_clamped) set.at = dates.not_after - half;
    if (rule.selected_time && usual.at < set.at) return usual;
    const base::UtcTime last = dates.not_after - (dates.not_after - dates.not_before) / 10;
    return last < set.at ? RenewalTime{last, "the certificate's end"} : set;
}

std::optional<Due> why_due(const CertificateFacts& facts, const RenewalInput& input,
                           base::UtcTime now) {
    constexpr const char* kInterrupted = "an earlier run did not come to its end";
    if (facts.interrupted && facts.was_ordered) {
        CertificateFacts rest = facts;
        rest.interrupted = false;
        const auto other = why_due(rest, input, now);
        const bool is_good = !other || other->need == ca::Need::growth;
        return Due{kInterrupted, is_good ? ca::Need::unfinished : ca::Need::renewal};
    }
    // What an operator has begun with `--force`, say, is finished when one types it again.
    if (facts.interrupted && !input.scheduled) return Due{kInterrupted};
    if (!facts.active) return Due{"no certificate of letsencrypt is in use"};
    if (!input.automatic && facts.current_hash != input.hash) {
        return Due{"domains or settings have changed"};
    }
    if (!facts.dates) return Due{"the installed certificate cannot be read"};
    if (facts.revoked) return Due{"the CA has revoked the certificate"};
    if (!input.automatic && facts.other_server) return Due{"another CA is set now"};
    const RenewalTime renewal =
        renewal_time({*facts.dates, input.graceperiod, input.scheduled, facts.selected_time});
    if (renewal.at < now + input.ahead) return Due{"the certificate is due for renewal"};
    if (input.loses_names) return Due{"a name of the certificate is excluded now"};
    for (const std::string& name : input.names) {
        if (std::find(facts.covered.begin(), facts.covered.end(), name) == facts.covered.end()) {
            return Due{"'" + name + "' is not in the certificate", ca::Need::growth};
        }
    }
    // It has changed no pair, and left a route at most: an order would be one for nothing.
    if (facts.interrupted) return Due{kInterrupted, ca::Need::growth};
    return std::nullopt;
}

bool may_be_dropped(const FailingName& name, base::UtcTime now) {
    constexpr std::chrono::hours kForGrowth{1};
    const std::chrono::seconds patience =
        name.only_growth ? kForGrowth : (name.covered_until - name.since) / 2;
    return now - name.since >= patience;
}

}  // namespace renewal
