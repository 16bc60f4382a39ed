#pragma once

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/property.h"
#include "settings/settings.h"

namespace settings {

/// Each property by its entry in properties.h: the app's value, else the host's, else the default
/// (docs/dokku.md 10.1).
Settings resolve_settings(const dokku::Properties& app, const dokku::Properties& global);

/// Those of an app, or of the host. `io` if the property files cannot be read.
base::Result<Settings> read_settings(const dokku::Environment& environment,
                                     const dokku::AppName& app);
base::Result<Settings> read_global_settings(const dokku::Environment& environment);

/// Of many apps: the host's own properties are read once. All of these fail as `read_settings`
/// does: with `io`.
class SettingsReader {
  public:
    static base::Result<SettingsReader> open(const dokku::Environment& environment);

    base::Result<Settings> read(const dokku::AppName& app) const;

  private:
    SettingsReader(dokku::PropertyStore store, dokku::Properties global)
        : store_(std::move(store)), global_(std::move(global)) {}

    dokku::PropertyStore store_;
    dokku::Properties global_;
};

}  // namespace settings
