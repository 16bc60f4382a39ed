#include "host/remove_pair.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "dokku/trigger.h"
#include "nginx/config.h"
#include "nginx/service.h"
#include "tls/certs.h"
#include "tls/exchange.h"
#include "tls/removal_marker.h"

namespace host {
namespace {

/// Both, whatever the first says: the second has the vhost rebuilt.
base::Result<void> tell_dokku(const dokku::Environment& environment, const dokku::AppName& app) {
    base::Result<void> all_fired;
    for (const auto* trigger : {"post-certs-remove", "post-domains-update"}) {
        auto fired = dokku::require_trigger(environment, app, trigger, {app.text()});
        if (!fired && all_fired) all_fired = std::move(fired);
    }
    return all_fired;
}

bool loads_from(const std::vector<nginx::NginxDirective>& config, const base::Path& folder) {
    return std::any_of(config.begin(), config.end(), [&](const nginx::NginxDirective& directive) {
        const bool loads = std::any_of(
            directive.arguments.begin(), directive.arguments.end(),
            [&](const auto& argument) { return base::Path{argument}.parent_path() == folder; });
        return loads || loads_from(directive.block, folder);
    });
}

/// Not even the rebuild took the pair out of the app's own vhost.
base::Error own_vhost_loads_it(const dokku::AppName& app) {
    return {base::ErrorKind::rejected,
            "The vhost of " + app.text() +
                " still loads the certificate, so that stays: without it nginx would refuse the "
                "configuration of all apps",
            std::nullopt,
            {"See why with: dokku proxy:build-config " + app.text() +
             ", and look into nginx.conf.d and a custom nginx.conf.sigil."}};
}

base::Error another_vhost_loads_it(const dokku::Environment& environment,
                                   const dokku::AppName& app) {
    const std::string tls = environment.tls_root(app).string();
    return {base::ErrorKind::rejected,
            "Another vhost than that of " + app.text() +
                " loads its certificate, so that stays: without it nginx would refuse the "
                "configuration of all apps",
            std::nullopt,
            {"Find it with: sudo grep -rl " + tls + " /etc/nginx " + environment.root.string() +
             "/*/nginx.conf*"}};
}

/// Does nginx refuse everything for want of this pair?
bool is_missed_by_nginx(const dokku::Environment& environment, const dokku::AppName& app) {
    const auto complaint = nginx::NginxService::test();
    return complaint && *complaint && (*complaint)->file.parent_path() == environment.tls_root(app);
}

/// Why the pair cannot go.
std::optional<base::Error> find_objection(const dokku::Environment& environment,
                                          const dokku::AppName& app,
                                          const base::Result<void>& fired) {
    if (vhost_names_pair(environment, app)) return own_vhost_loads_it(app);
    if (fired || !is_missed_by_nginx(environment, app)) return std::nullopt;
    return another_vhost_loads_it(environment, app);
}

base::Result<void> put_back(const dokku::Environment& environment, const dokku::AppName& app,
                            base::Error why, const base::Result<void>& fired) {
    if (auto back = tls::heal_tls(environment.app_root(app)); !back) return back;
    if (!fired) why.steps.insert(why.steps.begin(), fired.error().message);
    why.steps.emplace_back("Then type the command again.");
    return why;
}

/// A hook put it back: this process was suspended, and nginx had to load something (restore_pairs).
bool was_put_back(const dokku::Environment& environment, const dokku::AppName& app) {
    const auto removal = tls::pending_removal(environment, app);
    return removal && !removal->pair.empty() && tls::stamp_pair(environment, app) == removal->pair;
}

}  // namespace

bool vhost_names_pair(const dokku::Environment& environment, const dokku::AppName& app) {
    const auto config = nginx::read_nginx_config(environment.app_root(app) / "nginx.conf");
    return loads_from(config, environment.tls_root(app));
}

base::Result<void> remove_pair(const dokku::Environment& environment, const dokku::AppName& app) {
    const base::Path root = environment.app_root(app);
    if (auto moved = tls::set_tls_aside(root); !moved) return moved;
    auto fired = tell_dokku(environment, app);
    if (was_put_back(environment, app)) {
        if (auto moved = tls::set_tls_aside(root); !moved) return moved;
        fired = tell_dokku(environment, app);
    }
    if (auto objection = find_objection(environment, app, fired)) {
        return put_back(environment, app, std::move(*objection), fired);
    }
    if (auto deleted = tls::delete_tls_set_aside(root); !deleted) return deleted;
    if (auto unmarked = tls::unmark_removal(environment, app); !unmarked) return unmarked;
    return fired;
}

}  // namespace host
