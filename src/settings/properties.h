#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "settings/setting_rules.h"
#include "settings/settings.h"

namespace settings {

enum class Scope {
    app_or_host,  ///< an app's value beats the host's
    host,         ///< an app's value means nothing
};

/// Which rows of `letsencrypt:report` there are. A property of the host has one, `global-KEY`, the
/// others `computed-KEY`, `global-KEY` and `KEY`.
enum class Rows {
    all,
    with_value,  ///< those that are not empty
};

/// A property of `letsencrypt:set`: all that `set`, `report` and resolving know of it. Its value is
/// a field of Settings; README.md has it in its table.
struct Property {
    std::string_view key;  ///< one that ends in `*` stands for each key that begins so
    /// What it is resolved to; null for `dns-provider-*`, which fills Settings::dns_variables.
    Setting Settings::*field = nullptr;
    std::string_view help;  ///< for `letsencrypt:set --help`
    Scope scope = Scope::app_or_host;
    ValueRule rule = AnyText{};
    std::string_view otherwise = {};  ///< where nothing is set
    /// What is computed from the value that holds; null where it is that itself.
    std::string (*meaning)(std::string_view value) = nullptr;
    Rows rows = Rows::all;
    bool is_secret = false;  ///< `dokku report` hides its values

    bool is_prefix() const { return key.ends_with('*'); }
    std::string_view prefix() const { return key.substr(0, key.size() - 1); }
};

/// All of them, in the order of the report (docs/dokku.md 11.10).
std::span<const Property> properties();

/// Null for a key that is none.
const Property* find_property(std::string_view key);

/// `invalid_input` with the official words and list, our own properties named after it.
base::Result<void> check_key(std::string_view key);

/// `invalid_input` saying what is allowed. An empty value unsets and needs no check.
base::Result<void> check_value(std::string_view key, std::string_view value);

}  // namespace settings
