#include "lifecycle/policy.h"

#include <algorithm>

namespace lifecycle {

std::chrono::seconds renewal_margin(const base::CertificateDates& dates) {
    constexpr std::chrono::hours kShortLived{10 * 24};
    const std::chrono::seconds lifetime = dates.not_after - dates.not_before;
    return lifetime < kShortLived ? lifetime / 2 : lifetime / 3;
}

std::optional<std::string> why_due(const CertificateFacts& facts, const Wish& wish,
                                   base::UtcTime now) {
    if (facts.interrupted) return "an earlier run did not come to its end";
    if (!facts.active) return "no certificate of letsencrypt is in use";
    if (facts.current_hash != wish.hash) return "domains or settings have changed";
    if (!facts.dates) return "the installed certificate cannot be read";
    const auto margin = wish.graceperiod.value_or(renewal_margin(*facts.dates));
    if (facts.dates->not_after - margin - now < std::chrono::seconds{0}) {
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
