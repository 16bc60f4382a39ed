#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/utc_time.h"

namespace ledger {

/// What happened at a CA, as far as its limits count it.
enum class EntryKind {
    order,         ///< it is asked for a new order; under way until one of the next two ends it
    certificate,   ///< it issued
    order_over,    ///< the order ended without a certificate, or was not taken
    failure,       ///< it refused to validate a name
    registration,  ///< it made an account
    backoff,       ///< it asked not to be asked again before a moment, or before an operator did
                   ///< something
};

/// What a CA does not want to be asked about.
enum class BackoffScope {
    ca,            ///< anything
    account,       ///< anything by this account
    name,          ///< this name by this account
    set,           ///< exactly these names
    domain,        ///< a name and all below it
    registration,  ///< a new account
};

/// `order`, `account`, ...
std::string_view to_text(EntryKind kind);
std::string_view to_text(BackoffScope kind);

/// What `key` of a backoff of a set of names is: its names, sorted, with commas between them.
std::string to_set_key(std::vector<std::string> names);

/// One line of the ledger. Names are as ordered: lower case, A-labels, maybe with `*.`.
struct Entry {
    EntryKind kind = EntryKind::order;
    base::UtcTime at{};
    std::string server{};   ///< URL of the CA's directory
    std::string account{};  ///< its URL; may be empty in a backoff

    std::vector<std::string> names{};  ///< the exact set; of a failure, the one name
    bool exempt = false;   ///< order: within the window of the certificate that it replaces (ARI)
    bool renewal = false;  ///< order, certificate: for a set that was issued before
    bool refused = false;  ///< order_over: the CA did not take it
    /// When each allowance that the entry spends of is whole again, where older entries have a part
    /// in that (ca/limits/limits.h): so those need not be kept.
    std::map<std::string, base::UtcTime> whole_at{};

    BackoffScope scope = BackoffScope::ca;
    std::string key{};  ///< backoff: the name without `*.`, to_set_key(), or the domain; else empty
    base::UtcTime until{};  ///< backoff: not before this moment
    /// backoff: until the operator has opened the page in `words`; `until` is when it is tried
    /// unasked
    bool paused = false;
    std::string words{};  ///< backoff: the CA's own; show them only through base::printable

    friend bool operator==(const Entry&, const Entry&) = default;
};

/// Nothing for a line that is none, or of a kind that this release does not know.
std::optional<Entry> parse_entry(std::string_view line);

/// One JSON object without line ends.
std::string to_text(const Entry& entry);

}  // namespace ledger
