#pragma once

#include <string>
#include <vector>

#include "lifecycle/account_users.h"
#include "lifecycle/context.h"

namespace lifecycle {

/// A CAA record that lets the CA issue for one account only.
struct AccountRecord {
    std::string record;              ///< its owner, and as in a zone file; safe to show
    std::vector<std::string> names;  ///< of these apps, for which it holds
};

/// The records that hold for names of these apps and name this account: no other account gets a
/// certificate by them. A server that does not answer has none.
std::vector<AccountRecord> find_account_records(const Context& context,
                                                const std::vector<AccountUser>& users,
                                                const std::string& account_url);

}  // namespace lifecycle
