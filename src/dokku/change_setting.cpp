#include "dokku/change_setting.h"

#include <string>

#include "dokku/app.h"
#include "dokku/property.h"
#include "dokku/setting_rules.h"

namespace dokku {
namespace {

base::Result<Scope> find_scope(const Environment& environment, std::string_view target) {
    if (target == Scope::kGlobal) return Scope::global();
    const auto app = verify_app(environment, target);
    if (!app) return app.error();
    return Scope{*app};
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
    // The value is shown whatever it is, DNS secrets too: the official words (contract 10.4).
    log.info2_quiet("Setting " + std::string{key} + " to " + std::string{value});
    return store.set(*scope, key, value);
}

}  // namespace dokku
