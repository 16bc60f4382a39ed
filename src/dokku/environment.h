#pragma once

#include <string>

#include "base/file.h"

namespace dokku {

class AppName;

/// What `dokku` tells a plugin through the process environment (docs/dokku.md 2.2), read once.
/// A hook that is started outside of `dokku` has none of it and gets the defaults.
struct Environment {
    base::Path root;                               ///< DOKKU_ROOT: app directories, global VHOST
    base::Path lib_root;                           ///< DOKKU_LIB_ROOT
    base::Path plugins_enabled;                    ///< PLUGIN_ENABLED_PATH
    base::Path plugin_directory;                   ///< where our own executables lie
    base::Path nginx_folder{"/etc/nginx/conf.d"};  ///< nginx includes every *.conf in it
    std::string system_user;                       ///< owner of what we write
    std::string system_group;
    std::string distro;       ///< DOKKU_DISTRO: `debian`, `ubuntu`, ...; empty without
    std::string init_system;  ///< DOKKU_INIT_SYSTEM: `sv` in the docker image, else empty
    std::string app_flag;     ///< DOKKU_APP_NAME, the value of `--app`
    std::string run;          ///< DOKKU_LETSENCRYPT_RUN: we were started by a run of ours
    bool quiet = false;       ///< `--quiet`: the `_quiet` log lines are silent
    bool trace = false;       ///< `--trace`

    static Environment read();

    /// LIB/data/letsencrypt
    base::Path data_root() const;
    /// LIB/data/letsencrypt/--global
    base::Path global_root() const;
    /// LIB/data/letsencrypt/APP, where the official plugin's CA client put its token files.
    base::Path webroot(const AppName& app) const;
    /// ROOT/APP
    base::Path app_root(const AppName& app) const;
    /// ROOT/APP/tls, what nginx serves
    base::Path tls_root(const AppName& app) const;
    /// ROOT/APP/letsencrypt/certs
    base::Path certs_root(const AppName& app) const;
};

}  // namespace dokku
