#include "account/users.h"

#include "ca/lego/options.h"
#include "nginx/challenge_route.h"
#include "settings/read_settings.h"
#include "store/claim.h"

namespace account {

std::vector<AccountUser> users_of(const ca::Context& context, const AccountChoice& choice,
                                  const std::vector<dokku::AppName>& apps) {
    std::vector<AccountUser> users;
    for (const dokku::AppName& app : apps) {
        auto settings = settings::read_settings(context.environment, app);
        const bool same = settings && settings->has_email() &&
                          ca::effective_server(*settings) == choice.settings.server.computed &&
                          settings->account_email() == choice.settings.account_email();
        if (same) users.push_back({app, std::move(*settings)});
    }
    return users;
}

async::Task<void> rewrite_routes(const ca::Context& context, const std::vector<AccountUser>& users,
                                 std::string old_thumbprint, std::string thumbprint) {
    const dokku::AppName* changed = nullptr;
    for (const AccountUser& user : users) {
        if (!user.settings.has_permanent_route()) continue;
        // The CA may be about to ask for what an order under way by the old account answers.
        const auto lock = context.store.try_lock_app(user.app.text());
        const auto state = context.store.read_state(user.app.text());
        if (!lock || (state && store::is_claimed_elsewhere(*state))) continue;
        const auto files = nginx::route_files(context.environment, user.app);
        const auto written = nginx::replace_thumbprint(files, old_thumbprint, thumbprint);
        if (!written) context.log.warn(user.app.text() + ": " + written.error().message);
        if (written && *written) changed = &user.app;
    }
    if (changed == nullptr) co_return;
    const auto reloaded = co_await context.programs->reload_nginx(*changed);
    if (!reloaded) context.log.warn(reloaded.error().message);
}

}  // namespace account
