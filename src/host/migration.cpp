#include "host/migration.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "dokku/app.h"
#include "dokku/property.h"
#include "dokku/trigger.h"

namespace host {
namespace {

struct Move {
    std::string_view from;
    std::string_view to;
};

constexpr std::string_view kVariablePrefix = "DOKKU_LETSENCRYPT_";
constexpr Move kOldProperty{"lego-docker-args", "lego-args"};

/// In the official order.
constexpr std::array<Move, 5> kMoves{{
    {"DOKKU_LETSENCRYPT_EMAIL", "email"},
    {"DOKKU_LETSENCRYPT_GRACEPERIOD", "graceperiod"},
    {"DOKKU_LETSENCRYPT_ARGS", "lego-args"},
    kOldProperty,
    {"DOKKU_LETSENCRYPT_SERVER", "server"},
}};

void say(const dokku::Log& log, const dokku::Scope& scope, const Move& move) {
    const bool was_property = move.from == kOldProperty.from;
    const std::string to =
        was_property ? std::string{move.to} : "letsencrypt " + std::string{move.to} + " property";
    const std::string from = std::string{move.from} + (was_property ? " property" : "");
    if (scope.is_global()) {
        log.info1("Migrating deprecated global " + from + " to " + to + ".");
    } else {
        log.info1("Migrating deprecated " + from + " to " + to + " for " + scope.text() + ".");
    }
}

/// Is anything of ours in the environment of that scope? Only then Dokku is asked for values: a
/// question costs a tenth of a second, and this runs whenever any plugin is installed.
bool has_variables(const dokku::Environment& environment, const dokku::Scope& scope) {
    // Dokku before 0.38 kept them in ROOT, those of the host at its top.
    const base::Path old = scope.is_global() ? environment.root : environment.root / scope.text();
    const auto names_one = [](const base::Path& folder) {
        const auto text = base::read_file(folder / "ENV");
        return text && text->find(kVariablePrefix) != std::string::npos;
    };
    return names_one(environment.lib_root / "config" / scope.text()) || names_one(old);
}

base::Result<void> move_variable(const dokku::Environment& environment, const dokku::Log& log,
                                 const dokku::Scope& scope, const Move& move) {
    const std::string name{move.from};
    const auto answer = dokku::ask_trigger(environment, scope, "config-get", {scope.text(), name});
    if (!answer) return answer.error();
    const std::string value = base::join(*answer, "\n");
    if (value.empty()) return {};
    say(log, scope, move);
    if (auto set = dokku::PropertyStore{environment}.set(scope, move.to, value); !set) return set;
    return dokku::require_trigger(environment, scope, "config-unset", {scope.text(), name});
}

base::Result<void> move_property(const dokku::Environment& environment, const dokku::Log& log,
                                 const dokku::Scope& scope, const Move& move) {
    const dokku::PropertyStore store{environment};
    const auto value = store.get(scope, move.from);
    if (!value) return value.error();
    if (value->empty()) return {};
    say(log, scope, move);
    if (auto set = store.set(scope, move.to, *value); !set) return set;
    return store.unset(scope, move.from);
}

void migrate_scope(const dokku::Environment& environment, const dokku::Log& log,
                   const dokku::Scope& scope) {
    const bool variables = has_variables(environment, scope);
    for (const Move& move : kMoves) {
        base::Result<void> moved;
        if (move.from == kOldProperty.from) {
            moved = move_property(environment, log, scope, move);
        } else if (variables) {
            moved = move_variable(environment, log, scope, move);
        }
        if (!moved) log.warn(scope.text() + ": " + moved.error().message);
    }
}

}  // namespace

base::Result<void> migrate_settings(const dokku::Environment& environment, const dokku::Log& log) {
    migrate_scope(environment, log, dokku::Scope::global());
    const auto apps = dokku::list_all_apps(environment);
    if (!apps) return apps.error();
    for (const dokku::AppName& app : *apps)
        migrate_scope(environment, log, app);
    return {};
}

}  // namespace host
