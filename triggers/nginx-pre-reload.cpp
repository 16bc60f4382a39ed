// `nginx-pre-reload APP PORT IP`: Dokku has written the app's nginx.conf and is about to test and
// reload nginx. The route files and the TLS pair are put right first, and pairs of other apps where
// a killed removal would have nginx refuse all of them.

#include "cli/run.h"
#include "dokku/app.h"
#include "hooks/changed_pair.h"
#include "hooks/restore_pairs.h"
#include "nginx/challenge_route.h"
#include "settings/settings.h"
#include "store/local_store.h"
#include "tls/exchange.h"

namespace {

bool has_permanent_route(const dokku::Environment& environment, const dokku::AppName& app) {
    const auto settings = settings::read_settings(environment, app);
    return settings && settings->has_permanent_route();
}

}  // namespace

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return std::move(app).error();
        const base::Path root = call.environment.app_root(*app);
        // The run that issues for the app holds its lock, needs the route, and builds the pair to
        // be. A run over all apps lets go of the locks of those that wait for their turn.
        const store::LocalStore store{call.environment.global_root()};
        if (auto restored = hooks::restore_pairs(call.environment, store); !restored) {
            call.log.warn(restored.error());
        }
        const auto lock = store.try_lock_app(app->text());
        const bool needed =
            !lock || store.is_run_under_way() || has_permanent_route(call.environment, *app);
        auto healed = nginx::heal_route(nginx::route_files(call.environment, *app), app->text(),
                                        root / "nginx.conf",
                                        needed ? nginx::RouteUse::needed : nginx::RouteUse::idle);
        if (!healed) return std::move(healed).error();
        if (!lock && lock.error().kind == base::ErrorKind::busy) return cli::ExitCode::done;
        if (auto tls = tls::heal_tls(root); !tls) return std::move(tls).error();
        auto checked = hooks::check_changed_pair(call.environment, store, *app);
        if (!checked) return std::move(checked).error();
        return cli::ExitCode::done;
    });
}
