#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ca/context.h"
#include "dokku/app.h"
#include "settings/settings.h"

namespace account {

/// The account that an app orders with, or that all apps without settings of their own do.
struct AccountChoice {
    std::string of_whom;  ///< for headings: `shop`, or `this host`
    settings::Settings settings;
    std::optional<dokku::AppName> app{};
};

/// What to type for the same account: `dokku letsencrypt:account <what> [<app>]`.
std::string account_command(std::string_view what, const AccountChoice& choice);

/// `invalid_input` if no e-mail address is set, `io` if the settings cannot be read.
base::Result<AccountChoice> choose_account(const ca::Context& context,
                                           const std::optional<dokku::AppName>& app);

}  // namespace account
