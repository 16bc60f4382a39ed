#include "dokku/environment.h"

#include <cstdlib>
#include <pwd.h>
#include <string_view>
#include <system_error>

#include "dokku/app_name.h"

namespace dokku {
namespace {

std::string variable(const char* name, std::string fallback = {}) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::string{value} : std::move(fallback);
}

/// `~dokku`, as `dokku` itself would have it.
std::string home_of_dokku() {
    const passwd* user = ::getpwnam("dokku");
    return user != nullptr ? std::string{user->pw_dir} : std::string{"/home/dokku"};
}

/// The folder of the running executable, or the one above for those in subcommands/ and libexec/.
base::Path own_plugin_directory() {
    std::error_code error;
    const base::Path self = std::filesystem::read_symlink("/proc/self/exe", error);
    const base::Path folder = self.parent_path();
    const bool is_below = folder.filename() == "subcommands" || folder.filename() == "libexec";
    return is_below ? folder.parent_path() : folder;
}

/// cron starts us with next to no environment: a `LIB/plugins/available/letsencrypt` tells where
/// LIB is, also on a host that has it elsewhere.
base::Path find_lib_root(const base::Path& own) {
    const base::Path shelf = own.parent_path();
    const base::Path plugins = shelf.parent_path();
    const bool is_installed = (shelf.filename() == "available" || shelf.filename() == "enabled") &&
                              plugins.filename() == "plugins";
    return is_installed ? plugins.parent_path() : base::Path{"/var/lib/dokku"};
}

/// Through the enabled link where there is one: its name stays when an update replaces the folder.
base::Path find_plugin_directory(const base::Path& enabled) {
    base::Path linked = enabled / "letsencrypt";
    std::error_code error;
    if (std::filesystem::is_directory(linked, error)) return linked;
    return own_plugin_directory();
}

}  // namespace

Environment Environment::read() {
    Environment e;
    e.root = variable("DOKKU_ROOT");
    if (e.root.empty()) e.root = home_of_dokku();
    // `dokku` itself computes DOKKU_LIB_ROOT from DOKKU_LIB_PATH; outside of it the latter counts.
    e.lib_root = variable("DOKKU_LIB_ROOT", variable("DOKKU_LIB_PATH"));
    if (e.lib_root.empty()) e.lib_root = find_lib_root(own_plugin_directory());
    const base::Path plugins = variable("PLUGIN_PATH", e.lib_root / "plugins");
    e.plugins_enabled = variable("PLUGIN_ENABLED_PATH", plugins / "enabled");
    e.plugin_directory = find_plugin_directory(e.plugins_enabled);
    e.system_user = variable("DOKKU_SYSTEM_USER", "dokku");
    e.system_group = variable("DOKKU_SYSTEM_GROUP", "dokku");
    e.distro = variable("DOKKU_DISTRO");
    e.init_system = variable("DOKKU_INIT_SYSTEM");
    e.app_flag = variable("DOKKU_APP_NAME");
    e.run = variable("DOKKU_LETSENCRYPT_RUN");
    e.quiet = !variable("DOKKU_QUIET_OUTPUT").empty();
    e.trace = variable("DOKKU_TRACE") == "1";
    return e;
}

base::Path Environment::data_root() const {
    return lib_root / "data" / "letsencrypt";
}

base::Path Environment::global_root() const {
    return data_root() / "--global";
}

base::Path Environment::webroot(const AppName& app) const {
    return data_root() / app.text();
}

base::Path Environment::app_root(const AppName& app) const {
    return root / app.text();
}

base::Path Environment::tls_root(const AppName& app) const {
    return app_root(app) / "tls";
}

base::Path Environment::certs_root(const AppName& app) const {
    return app_root(app) / "letsencrypt" / "certs";
}

}  // namespace dokku
