#include "hooks/take_over.h"

#include "base/directory.h"
#include "dokku/app.h"

namespace hooks {

base::Result<void> take_over_apps(const dokku::Environment& environment,
                                  const store::LocalStore& store) {
    const auto apps = dokku::list_all_apps(environment);
    if (!apps) return apps.error();
    for (const dokku::AppName& app : *apps) {
        if (!base::directory_exists(environment.certs_root(app) / "current")) continue;
        if (store.has_state(app.text())) continue;
        auto taken =
            store.update_state(app.text(), [](store::AppState& state) { state.enabled = true; });
        if (!taken) return taken;
    }
    return {};
}

}  // namespace hooks
