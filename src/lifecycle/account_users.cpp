#include "lifecycle/account_users.h"

#include "dokku/challenge_route.h"
#include "dokku/nginx_service.h"
#include "lifecycle/lego_options.h"

namespace lifecycle {

std::vector<AccountUser> users_of(const Context& context, const AccountChoice& choice,
                                  const std::vector<dokku::AppName>& apps) {
    std::vector<AccountUser> users;
    for (const dokku::AppName& app : apps) {
        auto settings = dokku::read_settings(context.environment, app);
        const bool same = settings && settings->has_email() &&
                          effective_server(*settings) == choice.settings.server.computed &&
                          settings->account_email() == choice.settings.account_email();
        if (same) users.push_back({app, std::move(*settings)});
    }
    return users;
}

void rewrite_routes(const Context& context, const std::vector<AccountUser>& users,
                    const std::string& old_thumbprint, const std::string& thumbprint) {
    const dokku::AppName* changed = nullptr;
    for (const AccountUser& user : users) {
        if (!user.settings.has_permanent_route()) continue;
        // The CA may be about to ask for what an order under way by the old account answers.
        const auto lock = context.store.try_lock_app(user.app.text());
        if (!lock) continue;
        const auto files = dokku::route_files(context.environment, user.app);
        const auto written = dokku::replace_thumbprint(files, old_thumbprint, thumbprint);
        if (!written) context.log.warn(user.app.text() + ": " + written.error().message);
        if (written && *written) changed = &user.app;
    }
    if (changed == nullptr) return;
    const auto reloaded = dokku::NginxService{context.environment}.reload(*changed);
    if (!reloaded) context.log.warn(reloaded.error().message);
}

}  // namespace lifecycle
