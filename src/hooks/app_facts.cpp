#include "hooks/app_facts.h"

#include "settings/read_settings.h"
#include "tls/certs.h"

namespace hooks {

base::Result<AppFacts> read_facts(const dokku::Environment& environment,
                                  const store::LocalStore& store, const dokku::AppName& app) {
    auto settings = settings::read_settings(environment, app);
    if (!settings) return std::move(settings).error();
    auto state = store.read_state(app.text());
    if (!state) return std::move(state).error();
    // As the next run finds it: a certificate of ours says that the app is enabled.
    if (state->is_unknown() && tls::is_active(environment, app)) state->enabled = true;
    return AppFacts{std::move(*settings), std::move(*state)};
}

OldApp read_old_app(const dokku::Environment& environment, const store::LocalStore& store,
                    const dokku::AppName& app) {
    const auto state = store.read_state(app.text());
    if (!state) return {};
    const auto& installed = state->installed;
    const bool ours = installed && installed->owner == store::Owner::ours &&
                      tls::read_expiration(environment, app) == installed->not_after;
    return {state->switched_off, ours};
}

}  // namespace hooks
