#include "dokku/property.h"

#include "base/directory.h"
#include "base/text.h"

namespace dokku {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kFolderMode = 0755;

base::Result<void> check_file_name(std::string_view key) {
    const bool is_plain = !key.empty() && !key.starts_with('.') &&
                          key.find_first_of(std::string_view{"/\n\0", 3}) == std::string_view::npos;
    if (is_plain) return {};
    return base::fail(base::ErrorKind::invalid_input,
                      "'" + base::printable(key) + "' cannot be the name of a property");
}

}  // namespace

PropertyStore::PropertyStore(const Environment& environment, std::string_view plugin)
    : root_(environment.lib_root / "config" / plugin) {}

base::Path PropertyStore::folder(const Scope& scope) const {
    return root_ / scope.text();
}

base::Result<std::string> PropertyStore::get(const Scope& scope, std::string_view key) const {
    if (auto plain = check_file_name(key); !plain) return std::move(plain).error();
    auto value = base::read_file(folder(scope) / key);
    if (!value && value.error().kind == base::ErrorKind::not_found) return std::string{};
    return value;
}

base::Result<Properties> PropertyStore::get_all(const Scope& scope) const {
    return get_all_by_prefix(scope, "");
}

base::Result<Properties> PropertyStore::get_all_by_prefix(const Scope& scope,
                                                          std::string_view prefix) const {
    const auto keys = base::list_directory(folder(scope));
    if (!keys) return keys.error();
    Properties properties;
    for (const std::string& key : *keys) {
        // Hidden names are temporary files of a write under way.
        if (!key.starts_with(prefix) || key.starts_with('.')) continue;
        const base::Path path = folder(scope) / key;
        auto value = base::read_file(path);
        if (value) {
            properties.emplace(key, *std::move(value));
        } else if (value.error().kind != base::ErrorKind::not_found &&
                   !base::directory_exists(path)) {
            return std::move(value).error();
        }
    }
    return properties;
}

base::Result<void> PropertyStore::set(const Scope& scope, std::string_view key,
                                      std::string_view value) const {
    if (auto plain = check_file_name(key); !plain) return plain;
    if (auto made = base::make_directories(folder(scope), kFolderMode); !made) return made;
    return base::replace_file(folder(scope) / key, value, kFileMode);
}

base::Result<void> PropertyStore::unset(const Scope& scope, std::string_view key) const {
    if (auto plain = check_file_name(key); !plain) return plain;
    return base::remove_file(folder(scope) / key);
}

base::Result<void> PropertyStore::destroy(const AppName& app) const {
    return base::remove_tree(folder(app));
}

}  // namespace dokku
