#include "settings/read_settings.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "settings/exclusions.h"
#include "settings/properties.h"

namespace settings {
namespace {

std::string value_of(const dokku::Properties& properties, std::string_view key) {
    const auto found = properties.find(key);
    return found == properties.end() ? std::string{} : found->second;
}

/// `key` is the property's own, or one of those that a prefix stands for.
Setting resolve(const Property& property, std::string_view key, const dokku::Properties& app,
                const dokku::Properties& global) {
    Setting setting;
    if (property.scope == Scope::app_or_host) setting.app = value_of(app, key);
    setting.global = value_of(global, key);
    setting.computed = !setting.app.empty()      ? setting.app
                       : !setting.global.empty() ? setting.global
                                                 : std::string{property.otherwise};
    if (property.meaning != nullptr) setting.computed = property.meaning(setting.computed);
    return setting;
}

/// By what follows the prefix.
std::map<std::string, Setting> resolve_all(const Property& property, const dokku::Properties& app,
                                           const dokku::Properties& global) {
    const std::string_view prefix = property.prefix();
    std::map<std::string, Setting> settings;
    for (const dokku::Properties* properties : {&app, &global}) {
        for (auto at = properties->lower_bound(prefix);
             at != properties->end() && at->first.starts_with(prefix); ++at) {
            settings.try_emplace(at->first.substr(prefix.size()),
                                 resolve(property, at->first, app, global));
        }
    }
    return settings;
}

}  // namespace

Settings resolve_settings(const dokku::Properties& app, const dokku::Properties& global) {
    Settings settings;
    for (const Property& property : properties()) {
        if (property.is_prefix()) {
            settings.dns_variables = resolve_all(property, app, global);
        } else {
            settings.*property.field = resolve(property, property.key, app, global);
        }
    }
    const std::string excluded = value_of(app, kExclusionsKey);
    for (const std::string_view word : base::split_words(excluded))
        settings.excluded.emplace_back(word);
    return settings;
}

base::Result<SettingsReader> SettingsReader::open(const dokku::Environment& environment) {
    dokku::PropertyStore store{environment};
    auto global = store.get_all(dokku::Scope::global());
    if (!global) return std::move(global).error();
    return SettingsReader{std::move(store), std::move(*global)};
}

base::Result<Settings> SettingsReader::read(const dokku::AppName& app) const {
    const auto own = store_.get_all(app);
    if (!own) return own.error();
    return resolve_settings(*own, global_);
}

base::Result<Settings> read_settings(const dokku::Environment& environment,
                                     const dokku::AppName& app) {
    const auto reader = SettingsReader::open(environment);
    if (!reader) return reader.error();
    return reader->read(app);
}

base::Result<Settings> read_global_settings(const dokku::Environment& environment) {
    const auto global = dokku::PropertyStore{environment}.get_all(dokku::Scope::global());
    if (!global) return global.error();
    return resolve_settings({}, *global);
}

}  // namespace settings
