#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "dokku/app_name.h"
#include "dokku/environment.h"

namespace dokku {

/// Whose property: one app's, or the host's (`--global`).
class Scope {
  public:
    Scope(const AppName& app) : folder_(app.text()) {}  // NOLINT(*-explicit-*): every app is one
    static Scope global() { return Scope{}; }

    bool is_global() const { return folder_ == kGlobal; }
    /// The app's name or `--global`.
    const std::string& text() const { return folder_; }

    static constexpr std::string_view kGlobal = "--global";

  private:
    Scope() : folder_(kGlobal) {}

    std::string folder_;
};

/// Key to raw value, sorted bytewise by key.
using Properties = std::map<std::string, std::string, std::less<>>;

/// Dokku's property files LIB/config/<plugin>/<app or --global>/<key> (docs/dokku.md 4.1). The
/// value is the whole file. An empty file and a missing one both read as "". All of these fail with
/// `io`, and with `invalid_input` for a key that is no plain file name.
///
/// LIB/config/<app>/ENV holds the environment of an app, so an app called `letsencrypt` shares the
/// folder of our plugin: there a file ENV stands beside the apps' folders, and destroying that app
/// makes Dokku remove the properties of all apps. Nothing here can prevent that.
class PropertyStore {
  public:
    explicit PropertyStore(const Environment& environment, std::string_view plugin = "letsencrypt");

    base::Result<std::string> get(const Scope& scope, std::string_view key) const;

    /// All that is set for a scope, in one pass over its folder.
    base::Result<Properties> get_all(const Scope& scope) const;
    base::Result<Properties> get_all_by_prefix(const Scope& scope, std::string_view prefix) const;

    /// File 0600, folders 0755.
    base::Result<void> set(const Scope& scope, std::string_view key, std::string_view value) const;

    /// Absent already is success.
    base::Result<void> unset(const Scope& scope, std::string_view key) const;

    /// Everything of an app. Absent already is success.
    base::Result<void> destroy(const AppName& app) const;

  private:
    base::Path folder(const Scope& scope) const;

    base::Path root_;
};

}  // namespace dokku
