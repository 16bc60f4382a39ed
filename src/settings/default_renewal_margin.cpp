#include "settings/default_renewal_margin.h"

namespace settings {

std::chrono::seconds default_renewal_margin(const base::CertificateDates& dates) {
    constexpr std::chrono::hours kShortLived{10 * 24};
    const std::chrono::seconds lifetime = dates.not_after - dates.not_before;
    return lifetime < kShortLived ? lifetime / 2 : lifetime / 3;
}

}  // namespace settings
