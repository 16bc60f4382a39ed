#include "account/account_choice.h"

#include "ca/lego/options.h"
#include "settings/read_settings.h"

namespace account {

base::Result<AccountChoice> choose_account(const ca::Context& context,
                                           const std::optional<dokku::AppName>& app) {
    auto settings = app ? settings::read_settings(context.environment, *app)
                        : settings::read_global_settings(context.environment);
    if (!settings) return std::move(settings).error();
    if (!settings->has_email()) {
        return base::fail(base::ErrorKind::invalid_input, "No e-mail address is set",
                          {"Accounts are kept by e-mail address. Set it with: dokku "
                           "letsencrypt:set --global email <e-mail>, or name an app."});
    }
    settings->server.computed = ca::effective_server(*settings);
    return AccountChoice{app ? app->text() : "this host", std::move(*settings), app};
}

std::string account_command(std::string_view what, const AccountChoice& choice) {
    return "dokku letsencrypt:account " + std::string{what} +
           (choice.app ? " " + choice.app->text() : "");
}

}  // namespace account
