#include "hooks/before_reload.h"

#include "hooks/changed_pair.h"
#include "hooks/restore_pairs.h"
#include "nginx/challenge_route.h"
#include "settings/read_settings.h"
#include "store/claim.h"
#include "store/local_store.h"
#include "tls/exchange.h"

namespace hooks {
namespace {

bool has_permanent_route(const dokku::Environment& environment, const dokku::AppName& app) {
    const auto settings = settings::read_settings(environment, app);
    return settings && settings->has_permanent_route();
}

}  // namespace

base::Result<void> before_reload(const dokku::Environment& environment, const dokku::Log& log,
                                 const dokku::AppName& app) {
    const base::Path root = environment.app_root(app);
    const store::LocalStore store{environment.global_root()};
    if (auto restored = restore_pairs(environment, store); !restored) log.warn(restored.error());
    // The run that issues for the app needs the route; while it builds the pair to be, it holds the
    // app's lock.
    const bool is_needed =
        store::is_at_work(store, app.text()) || has_permanent_route(environment, app);
    const auto lock = store.try_lock_app(app.text());
    auto healed =
        nginx::heal_route(nginx::route_files(environment, app), app.text(), root / "nginx.conf",
                          is_needed ? nginx::RouteUse::needed : nginx::RouteUse::idle);
    if (!healed) return healed;
    if (!lock && lock.error().kind == base::ErrorKind::busy) return {};
    if (auto tls = tls::heal_tls(root); !tls) return tls;
    return check_changed_pair(environment, store, app);
}

}  // namespace hooks
