#pragma once

#include <string>
#include <vector>

#include "account/users.h"
#include "async/task.h"
#include "ca/context.h"

namespace account {

/// A CAA record that lets the CA issue for one account only.
struct AccountRecord {
    std::string record;              ///< its owner, and as in a zone file; safe to show
    std::vector<std::string> names;  ///< of these apps, for which it holds
};

/// The records that hold for names of these apps and name this account: no other account gets a
/// certificate by them. A server that does not answer has none.
/// `users` outlive the task.
async::Task<std::vector<AccountRecord>> find_account_records(const ca::Context& context,
                                                             const std::vector<AccountUser>& users,
                                                             std::string account_url);

}  // namespace account
