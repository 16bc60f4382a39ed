#include "dokku/change_setting.h"

#include <string>
#include <vector>

#include "base/text.h"
#include "dokku/app.h"
#include "dokku/domains.h"
#include "dokku/exclusions.h"
#include "dokku/known_servers.h"
#include "dokku/property.h"
#include "dokku/setting_rules.h"
#include "dokku/settings.h"

namespace dokku {
namespace {

base::Result<Scope> find_scope(const Environment& environment, std::string_view target) {
    if (target == Scope::kGlobal) return Scope::global();
    const auto app = verify_app(environment, target);
    if (!app) return app.error();
    return Scope{*app};
}

/// What an operator may not know of the CA that was set, and whether it fits the app.
base::Result<void> tell_of_server(const Environment& environment, const Log& log,
                                  std::string_view target, std::string_view key,
                                  std::string_view value) {
    const KnownServer* known = find_known_server(server_url(value));
    if (known == nullptr || describe_offer(*known).empty()) return {};
    log.warn(describe_offer(*known));
    if (target == Scope::kGlobal) return {};
    const auto app = verify_app(environment, target);
    if (!app) return app.error();
    const auto domains = read_domains(environment, *app);
    const auto settings = read_settings(environment, *app);
    if (!domains) return domains.error();
    if (!settings) return settings.error();
    std::vector<std::string> names;
    for (const std::string& domain : *domains) {
        if (!is_excluded(settings->excluded, domain)) names.push_back(base::to_lower(domain));
    }
    if (can_issue(known, names)) return {};
    const std::string misfit = "That does not fit " + app->text() + " (" + some_of(names) + "): ";
    log.warn(key == "server" ? misfit +
                                   "its orders would be refused, or cost money. Leave names out "
                                   "with: dokku letsencrypt:exclude " +
                                   app->text() + " <domain>, or set another server"
                             : misfit + "it will not be asked for that app");
    return {};
}

}  // namespace

base::Result<void> change_setting(const Environment& environment, const Log& log,
                                  std::string_view target, std::string_view key,
                                  std::string_view value) {
    const auto scope = find_scope(environment, target);
    if (!scope) return scope.error();
    if (auto known = check_key(key); !known) return known;
    if (auto allowed = check_value(key, value); !allowed) return allowed;
    const PropertyStore store{environment};
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

}  // namespace dokku
