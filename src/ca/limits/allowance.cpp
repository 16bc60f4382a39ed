#include "ca/limits/allowance.h"

#include <algorithm>

#include <fmt/format.h>

namespace ca::limits {

base::UtcTime Allowance::spend(base::UtcTime whole_at, base::UtcTime at) const {
    return std::min<base::UtcTime>(std::max(whole_at, at) + interval(), at + window);
}

base::UtcTime Allowance::free_from(base::UtcTime whole_at) const {
    return whole_at - (most - 1) * interval();
}

const Allowance& allowance_of(std::string_view limit) {
    return *std::find_if(kAllowances.begin(), kAllowances.end(),
                         [&](const Allowance& one) { return one.limit == limit; });
}

std::string describe_used_up(const Allowance& allowance, std::string_view subject) {
    const int most = allowance.most;
    if (allowance.limit == limit::kOrders) {
        return fmt::format(
            "Let's Encrypt takes {} new orders of an account within 3 hours (one comes back each "
            "36 seconds), and this one has used them up",
            most);
    }
    if (allowance.limit == limit::kDomain) {
        return fmt::format(
            "Let's Encrypt issues {} certificates for {} and names below it within 7 days (one "
            "comes back each 202 minutes), and this host has used them up",
            most, subject);
    }
    if (allowance.limit == limit::kSet) {
        return fmt::format(
            "Let's Encrypt issues {} certificates for exactly the same names within 7 days (one "
            "comes back each 34 hours), and this host has used them up for {}",
            most, subject);
    }
    if (allowance.limit == limit::kRegistrations) {
        return fmt::format(
            "Let's Encrypt makes {} accounts for an address within 3 hours (one more each 18 "
            "minutes), and this host has used them up",
            most);
    }
    return fmt::format(
        "Let's Encrypt lets the validation of a name fail {} times within an hour (one comes back "
        "each 12 minutes), and that of {} has failed as often",
        most, subject);
}

}  // namespace ca::limits
