#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "base/utc_time.h"

namespace ca::limits {

namespace limit {
inline constexpr std::string_view kOrders = "orders-per-account";
inline constexpr std::string_view kDomain = "certificates-per-domain";
inline constexpr std::string_view kSet = "certificates-per-set";
inline constexpr std::string_view kFailures = "failed-validations";
inline constexpr std::string_view kRegistrations = "registrations";
inline constexpr std::string_view kBackoff = "backoff";
inline constexpr std::string_view kPaused = "paused";
}  // namespace limit

/// One of Let's Encrypt's numbers (letsencrypt.org/docs/rate-limits): so many at once, and one
/// comes back after each interval, until all are there again.
struct Allowance {
    std::string_view limit;
    int most;
    std::chrono::seconds window;  ///< in which a used-up allowance is whole again

    std::chrono::seconds interval() const { return window / most; }

    /// When the allowance is whole again after one more was spent at `at`. `whole_at` is when it
    /// was to be whole before that; any time that is past by then means that nothing was missing.
    /// More than all there is cannot be spent: the CA refuses it.
    base::UtcTime spend(base::UtcTime whole_at, base::UtcTime at) const;

    /// From when there is one to spend.
    base::UtcTime free_from(base::UtcTime whole_at) const;
};

inline constexpr std::array<Allowance, 5> kAllowances{{
    {limit::kOrders, 300, std::chrono::hours{3}},
    {limit::kDomain, 50, std::chrono::hours{24 * 7}},
    {limit::kSet, 5, std::chrono::hours{24 * 7}},
    {limit::kFailures, 5, std::chrono::hours{1}},
    {limit::kRegistrations, 10, std::chrono::hours{3}},
}};

/// `limit` is one of the words above, but neither kBackoff nor kPaused.
const Allowance& allowance_of(std::string_view limit);

/// That the allowance is used up, in a sentence without its end. `subject` is what is counted: the
/// domain, the name, or some names of the set.
std::string describe_used_up(const Allowance& allowance, std::string_view subject);

}  // namespace ca::limits
