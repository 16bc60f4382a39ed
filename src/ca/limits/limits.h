#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "base/utc_time.h"
#include "ca/limits/allowance.h"
#include "ca/limits/turns.h"
#include "ledger/entry.h"

namespace ca::limits {

/// An order that is about to be placed.
struct PlannedOrder {
    std::string server{};              ///< URL of the CA's directory
    std::string account{};             ///< its URL; empty if there is none yet
    std::vector<std::string> names{};  ///< as ordered: lower case, A-labels, maybe with `*.`
    bool renewal = false;              ///< this CA has issued for exactly this set before
    bool exempt = false;       ///< now is in the window of the certificate that it replaces (ARI)
    bool asks_paused = false;  ///< an operator has typed it, and may have freed what is paused
    bool registers = false;    ///< the CA has to make an account first
};

/// Why an order is better not placed now.
struct LimitReached {
    std::string_view limit;          ///< of allowance.h
    std::string key;                 ///< what is counted: account, domain, name or set
    base::UtcTime until;             ///< when it is free again; a later judgement may know more
    std::string message;             ///< one line with the limit and that time
    std::vector<std::string> names;  ///< only these are held back; empty: the whole order
    std::string queue{};             ///< where others wait as well; empty in a backoff
};

/// The same for the operator of an app: `rate_limited` with the moment and what to type.
base::Error to_error(const LimitReached& reached, std::string_view app);

/// What the ledger says of orders to come: pure, no clock, no I/O.
///
/// A backoff that a CA itself asked for is kept at any CA, also for orders that it exempts from its
/// numbers. The numbers of Let's Encrypt (allowance.h) hold at its production directory. A renewal,
/// that is the same set again, spends no order of an account and no certificate below a domain. An
/// order with ARI's `replaces` is not held by any number while the window of the certificate that
/// it replaces is open (RFC 9773 section 5; acme/renewal_info.h); its certificate is spent all the
/// same. Staging has far higher numbers: there, as at other CAs, only its own answer counts.
///
/// A certificate below a domain is spent when it is issued, but orders under way count for those
/// that come after them: else as many as are placed at a time would be issued beyond the limit. One
/// of which no end is known after an hour has ended.
///
/// Each entry is looked up by what it is about, so judging costs little however long the ledger.
class Limits {
  public:
    explicit Limits(const std::vector<ledger::Entry>& entries);

    /// What happens counts for the next orders. In the order of the entries' times.
    void note(const ledger::Entry& entry);

    /// Writes into an entry that is about to be noted what older ones have a part in.
    void complete(ledger::Entry& entry) const;

    /// The order that `reached` held back waits for its turn: until that has come, the places that
    /// come free first are not those of others that meet the same limit.
    void queue(const LimitReached& reached);

    /// The first limit that the order would break; nothing if it may be placed. Limits of the whole
    /// order come first, then those of names, one name or domain at a time, then that of the exact
    /// set: who can leave the names out judges the rest again.
    std::optional<LimitReached> judge(const PlannedOrder& asked, base::UtcTime now) const;

  private:
    struct Backoff {
        base::UtcTime at;
        base::UtcTime until;
        std::string words;
        bool paused = false;
        std::string server;   ///< of what is paused
        std::string account;  ///< likewise
    };

    /// One that an entry takes of an allowance.
    struct Spent {
        const Allowance& allowance;
        std::string key;   ///< in whole_at_
        std::string name;  ///< in the entry
    };
    struct Order {
        base::UtcTime at;
        bool is_counted;  ///< it spent one of its account's
        std::vector<std::string> domains;
    };

    static std::vector<Spent> spent_by(const ledger::Entry& entry);
    void back_off(const ledger::Entry& entry);
    void begin_order(const ledger::Entry& entry);
    void end_order(const ledger::Entry& entry);
    void end_pauses(const ledger::Entry& taken);
    base::UtcTime whole_at(const std::string& key) const;

    std::optional<LimitReached> judge_order(const PlannedOrder& planned, base::UtcTime now) const;
    std::optional<LimitReached> judge_name(const PlannedOrder& planned, const std::string& name,
                                           base::UtcTime now) const;
    std::optional<LimitReached> judge_set(const PlannedOrder& planned, base::UtcTime now) const;
    std::optional<LimitReached> judge_backoff(ledger::BackoffScope kind,
                                              const PlannedOrder& planned, std::string_view key,
                                              base::UtcTime now) const;
    std::optional<LimitReached> judge_number(std::string_view limit, const PlannedOrder& planned,
                                             const std::string& subject, base::UtcTime now) const;
    bool is_renewal(const PlannedOrder& planned) const;
    /// As if the orders of others that are under way were issued.
    base::UtcTime whole_after_orders(const Allowance& allowance, const PlannedOrder& planned,
                                     const std::string& domain, base::UtcTime now) const;

    /// All but backoffs is of Let's Encrypt's production CA.
    std::unordered_map<std::string, base::UtcTime> whole_at_;  ///< of each allowance
    std::unordered_map<std::string, Order> orders_;            ///< under way
    std::unordered_map<std::string, std::map<std::string, base::UtcTime>> orders_below_;
    Turns turns_;
    std::unordered_set<std::string> issued_sets_;
    std::unordered_map<std::string, Backoff> backoffs_;
};

}  // namespace ca::limits
