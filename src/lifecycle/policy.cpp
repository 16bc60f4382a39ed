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

std::optional<std::string> why_due(const CertificateFacts& facts, const Wish& wish,
                                   base::UtcTime now) {
    if (facts.interrupted) return "an earlier run did not come to its end";
    if (!facts.active) return "no certificate of letsencrypt is in use";
    if (facts.current_hash != wish.hash) return "domains or settings have changed";
    if (!facts.dates) return "the installed certificate cannot be read";
    const Margin margin = choose_margin(wish.graceperiod, *facts.dates, wish.scheduled);
    if (facts.dates->not_after - margin.before_end - now < std::chrono::seconds{0}) {
        return "the certificate is due for renewal";
    }
    for (const std::string& name : wish.names) {
        if (std::find(facts.covered.begin(), facts.covered.end(), name) == facts.covered.end()) {
            return "'" + name + "' is not in the certificate";
        }
    }
    return std::nullopt;
}

}  // namespace lifecycle
