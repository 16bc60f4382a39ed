#pragma once

#include <string>
#include <vector>

#include "account/account_choice.h"
#include "async/task.h"
#include "ca/context.h"
#include "dokku/app.h"
#include "settings/settings.h"

namespace account {

/// An app that orders with an account.
struct AccountUser {
    dokku::AppName app;
    settings::Settings settings;
};

/// Those of the apps that order with the account of this choice. One whose settings cannot be read
/// is none.
std::vector<AccountUser> users_of(const ca::Context& context, const AccountChoice& choice,
                                  const std::vector<dokku::AppName>& apps);

/// Challenge routes that stay name the account's key: they are written anew for another one, and
/// nginx is reloaded. That of an app that another process is at work on stays. What goes wrong is a
/// warning; the next order makes such a route again.
async::Task<void> rewrite_routes(const ca::Context& context, const std::vector<AccountUser>& users,
                                 std::string old_thumbprint, std::string thumbprint);

}  // namespace account
