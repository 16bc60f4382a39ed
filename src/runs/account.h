#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace runs {

/// `letsencrypt:account show|rollover|register|deactivate [APP] [--format json]`, as typed.
struct AccountFlags {
    std::vector<std::string> words{};
    std::string format{};
};

/// Shows the account at the CA that the app orders with, or changes it, which waits for the lock of
/// all apps: orders that are under way go on with the account that they began with. Without an app
/// the account is the one of the host's settings. `invalid_input` for words that it does not know,
/// `unknown_app`, `busy` if a run over all apps is under way.
base::Result<void> use_account(const dokku::Environment& environment, const dokku::Log& log,
                               const AccountFlags& flags);

}  // namespace runs
