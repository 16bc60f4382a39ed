#include "lifecycle/policy.h"

#include <algorithm>

#include "dokku/usual_margin.h"

namespace lifecycle {

Margin choose_margin(const std::optional<std::chrono::seconds>& graceperiod,
                     const base::CertificateDates& dates, bool scheduled) {
    if (!graceperiod) return {dokku::usual_margin(dates)};
    const std::chrono::seconds half = (dates.not_after - dates.not_before) / 2;
    if (scheduled && *graceperiod > half) return {half, true};
    return {*graceperiod};
}

std::optional<Due> why_due(const CertificateFacts& facts, const Wish& wish, base::UtcTime now) {
    if (facts.interrupted) return Due{"an earlier run did not come to its end"};
    if (!facts.active) return Due{"no certificate of letsencrypt is in use"};
    if (!wish.automatic && facts.current_hash != wish.hash) {
        return Due{"domains or settings have changed"};
    }
    if (!facts.dates) return Due{"the installed certificate cannot be read"};
    const Margin margin = choose_margin(wish.graceperiod, *facts.dates, wish.scheduled);
    if (facts.dates->not_after - margin.before_end - now < std::chrono::seconds{0}) {
        return Due{"the certificate is due for renewal"};
    }
    if (wish.loses_names) return Due{"a name of the certificate is excluded now"};
    for (const std::string& name : wish.names) {
        if (std::find(facts.covered.begin(), facts.covered.end(), name) == facts.covered.end()) {
            return Due{"'" + name + "' is not in the certificate", true};
        }
    }
    return std::nullopt;
}

bool may_be_dropped(const FailingName& name, base::UtcTime now) {
    constexpr std::chrono::hours kForGrowth{1};
    const std::chrono::seconds patience =
        name.only_growth ? kForGrowth : (name.covered_until - name.since) / 2;
    return now - name.since >= patience;
}

}  // namespace lifecycle
