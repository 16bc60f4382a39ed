#include "dokku/remove_pair.h"

#include <algorithm>

#include "dokku/nginx_config.h"
#include "dokku/removal_marker.h"
#include "dokku/tls_exchange.h"
#include "dokku/trigger.h"

namespace dokku {
namespace {

/// Both, whatever the first says: the second has the vhost rebuilt.
base::Result<void> tell_dokku(const Environment& environment, const AppName& app) {
    base::Result<void> all_fired;
    for (const auto* trigger : {"post-certs-remove", "post-domains-update"}) {
        auto fired = require_trigger(environment, app, trigger, {app.text()});
        if (!fired && all_fired) all_fired = std::move(fired);
    }
    return all_fired;
}

bool loads_from(const std::vector<NginxDirective>& config, const base::Path& folder) {
    return std::any_of(config.begin(), config.end(), [&](const NginxDirective& directive) {
        const bool loads = std::any_of(
            directive.arguments.begin(), directive.arguments.end(),
            [&](const auto& argument) { return base::Path{argument}.parent_path() == folder; });
        return loads || loads_from(directive.block, folder);
    });
}

/// Not even the rebuild took the pair out of the vhost.
base::Result<void> put_back(const Environment& environment, const AppName& app,
                            const base::Result<void>& fired) {
    if (auto back = heal_tls(environment.app_root(app)); !back) return back;
    base::Error error{
        base::ErrorKind::rejected,
        "The vhost of " + app.text() +
            " still loads the certificate, so that stays: without it nginx would refuse the "
            "configuration of all apps",
        std::nullopt,
        {}};
    if (!fired) error.steps.push_back(fired.error().message);
    error.steps.push_back("See why with: dokku proxy:build-config " + app.text() +
                          ", and look into nginx.conf.d and a custom nginx.conf.sigil.");
    error.steps.emplace_back("Then type the command again.");
    return error;
}

}  // namespace

bool vhost_names_pair(const Environment& environment, const AppName& app) {
    const auto config = read_nginx_config(environment.app_root(app) / "nginx.conf");
    return loads_from(config, environment.tls_root(app));
}

base::Result<void> remove_pair(const Environment& environment, const AppName& app) {
    const base::Path root = environment.app_root(app);
    if (auto moved = set_tls_aside(root); !moved) return moved;
    const auto fired = tell_dokku(environment, app);
    if (vhost_names_pair(environment, app)) return put_back(environment, app, fired);
    if (auto deleted = delete_tls_set_aside(root); !deleted) return deleted;
    if (auto unmarked = unmark_removal(environment, app); !unmarked) return unmarked;
    return fired;
}

}  // namespace dokku
