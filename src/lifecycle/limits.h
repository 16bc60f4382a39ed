#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "base/utc_time.h"
#include "store/ledger_entry.h"

namespace lifecycle {

/// An order that is about to be placed.
struct OrderWish {
    std::string server{};              ///< URL of the CA's directory
    std::string account{};             ///< its URL; empty if there is none yet
    std::vector<std::string> names{};  ///< as ordered: lower case, A-labels, maybe with `*.`
    bool renewal = false;              ///< a certificate for exactly this set was issued before
    bool replaces = false;             ///< it will name the certificate that it replaces (ARI)
};

namespace limit {
inline constexpr std::string_view kOrders = "orders-per-account";
inline constexpr std::string_view kDomain = "certificates-per-domain";
inline constexpr std::string_view kSet = "certificates-per-set";
inline constexpr std::string_view kFailures = "failed-validations";
inline constexpr std::string_view kParked = "parked";
}  // namespace limit

/// Why an order is better not placed now.
struct LimitReached {
    std::string_view limit;          ///< one of the words above
    std::string key;                 ///< what is counted: account, domain, name or set
    base::UtcTime until;             ///< when it is free again; a later judgement may know more
    std::string message;             ///< one line with the count and that time
    std::vector<std::string> names;  ///< only these are held back; empty: the whole order
};

/// The same for the operator of an app: `rate_limited` with the moment and what to type.
base::Error to_error(const LimitReached& reached, std::string_view app);

/// What the ledger says of orders to come: pure, no clock, no I/O.
///
/// What a CA parked itself is held at any CA, also for orders that it exempts from its numbers. The
/// numbers of Let's Encrypt (letsencrypt.org/docs/rate-limits) hold at its production directory:
/// 300 orders of an account in 3 hours, 50 certificates below a registered domain and 5 for an
/// exact set in 7 days, 5 failed validations of a name by an account in an hour. Renewals (the same
/// set again) spend neither of the first two, orders with ARI's `replaces` none at all. Staging has
/// far higher ones: there, as at other CAs, only its own answer counts.
///
/// Let's Encrypt refills its allowances bit by bit; here what happened within the last 3 hours (7
/// days, hour) is counted. Whoever stays below that never finds an allowance used up, and a count
/// with a time can be explained; in return the last ones come back later than they could.
///
/// Each entry is looked up by what it is about, so judging costs little however long the ledger.
class Limits {
  public:
    explicit Limits(const std::vector<store::LedgerEntry>& entries);

    /// What happens in a run counts for its next orders.
    void note(const store::LedgerEntry& entry);

    /// The first limit that the order would break; nothing if it may be placed. Limits of the whole
    /// order come first, then those of names, one name or domain at a time, then that of the exact
    /// set: who can leave the names out judges the rest again.
    std::optional<LimitReached> judge(const OrderWish& asked, base::UtcTime now) const;

  private:
    using Times = std::vector<base::UtcTime>;  ///< ascending

    struct Parked {
        base::UtcTime at;
        base::UtcTime until;
        std::string words;
    };

    void park(const store::LedgerEntry& entry);
    void count(std::string_view limit, std::string_view account, std::string_view subject,
               base::UtcTime at);
    void count_certificate(const store::LedgerEntry& entry);

    std::optional<LimitReached> judge_order(const OrderWish& wish, base::UtcTime now) const;
    std::optional<LimitReached> judge_name(const OrderWish& wish, const std::string& name,
                                           base::UtcTime now) const;
    std::optional<LimitReached> judge_set(const OrderWish& wish, base::UtcTime now) const;
    std::optional<LimitReached> judge_parked(store::ParkedKind kind, const OrderWish& wish,
                                             std::string_view key, base::UtcTime now) const;
    std::optional<LimitReached> judge_number(std::string_view limit, const OrderWish& wish,
                                             const std::string& subject, base::UtcTime now) const;
    bool is_renewal(const OrderWish& wish) const;

    /// All but what is parked is of Let's Encrypt's production CA.
    std::unordered_map<std::string, Times> times_;
    std::unordered_set<std::string> issued_sets_;
    std::unordered_map<std::string, Parked> parked_;
};

}  // namespace lifecycle
