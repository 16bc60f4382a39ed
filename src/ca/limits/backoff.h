#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acme/failure.h"
#include "base/utc_time.h"
#include "ledger/entry.h"

namespace ca::limits {

/// An order that a CA did not take.
struct RefusedOrder {
    std::string_view server;   ///< URL of the CA's directory
    std::string_view account;  ///< its URL; empty if there was none yet
    const std::vector<std::string>& names;
    bool registering = false;  ///< what it refused was an account, before there was an order
};

/// What is not to be asked again before a moment, as entries for the ledger: none unless the CA
/// refused because of a limit and said until when (or paused a name).
///
/// As narrow as its words allow, so that the rest can go on: the names that a subproblem or the
/// detail speaks of, the exact set, the registered domain; else the account, or the whole CA (new
/// accounts, if one was refused) if there is none. A pause is about the names that it speaks of,
/// else about exactly these names. A 503 (Let's Encrypt's limits per address) is about the whole
/// CA.
std::vector<ledger::Entry> to_backoffs(const acme::Failure& failure, const RefusedOrder& order,
                                       base::UtcTime now);

}  // namespace ca::limits
