#include "subcommands/set.h"

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "dokku/app.h"
#include "dokku/domains.h"
#include "dokku/property.h"
#include "hooks/mark_due.h"
#include "settings/exclusions.h"
#include "settings/known_servers.h"
#include "settings/properties.h"
#include "settings/read_settings.h"

namespace subcommands {
namespace {

base::Result<dokku::Scope> find_scope(const dokku::Environment& environment,
                                      std::string_view target) {
    if (target == dokku::Scope::kGlobal) return dokku::Scope::global();
    const auto app = dokku::verify_app(environment, target);
    if (!app) return app.error();
    return dokku::Scope{*app};
}

/// What an operator may not know of the CA that was set, and whether it fits the app.
base::Result<void> tell_of_server(const dokku::Environment& environment, const dokku::Log& log,
                                  std::string_view target, std::string_view key,
                                  std::string_view value) {
    const settings::KnownServer* known = settings::find_known_server(settings::server_url(value));
    if (known == nullptr || settings::describe_offer(*known).empty()) return {};
    log.warn(settings::describe_offer(*known));
    if (target == dokku::Scope::kGlobal) return {};
    const auto app = dokku::verify_app(environment, target);
    if (!app) return app.error();
    const auto domains = dokku::read_domains(environment, *app);
    const auto settings = settings::read_settings(environment, *app);
    if (!domains) return domains.error();
    if (!settings) return settings.error();
    std::vector<std::string> names;
    for (const std::string& domain : *domains) {
        if (!settings::is_excluded(settings->excluded, domain))
            names.push_back(base::to_lower(domain));
    }
    if (settings::can_issue(known, names)) return {};
    const std::string misfit =
        "That does not fit " + app->text() + " (" + settings::some_of(names) + "): ";
    log.warn(key == "server" ? misfit +
                                   "its orders would be refused, or cost money. Leave names out "
                                   "with: dokku letsencrypt:exclude " +
                                   app->text() + " <domain>, or set another server"
                             : misfit + "it will not be asked for that app");
    return {};
}

base::Result<void> store_setting(const dokku::Environment& environment, const dokku::Log& log,
                                 std::string_view target, std::string_view key,
                                 std::string_view value) {
    const auto scope = find_scope(environment, target);
    if (!scope) return scope.error();
    if (auto known = settings::check_key(key); !known) return known;
    if (auto allowed = settings::check_value(key, value); !allowed) return allowed;
    const dokku::PropertyStore store{environment};
    if (value.empty()) {
        log.info2_quiet("Unsetting " + std::string{key});
        return store.unset(*scope, key);
    }
    // The value is shown whatever it is, DNS secrets too: the official words (docs/dokku.md 11.9).
    log.info2_quiet("Setting " + std::string{key} + " to " + std::string{value});
    auto kept = store.set(*scope, key, value);
    const bool is_server = key == "server" || key == "fallback-server";
    if (!kept || !is_server) return kept;
    return tell_of_server(environment, log, target, key, value);
}

}  // namespace

base::Result<void> change_setting(const dokku::Environment& environment, const dokku::Log& log,
                                  std::string_view target, std::string_view key,
                                  std::string_view value) {
    if (auto stored = store_setting(environment, log, target, key, value); !stored) return stored;
    const store::LocalStore store{environment.global_root()};
    return hooks::mark_due_after_setting(store, target, key, base::SystemClock{}.now());
}

}  // namespace subcommands
