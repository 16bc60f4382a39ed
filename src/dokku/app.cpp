#include "dokku/app.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/directory.h"
#include "base/text.h"
#include "dokku/trigger.h"

namespace dokku {
namespace {

bool is_filtered_per_user(const Environment& environment) {
    return has_trigger_file(environment, "user-auth-app");
}

base::Result<std::vector<AppName>> ask_app_list(const Environment& environment) {
    const auto names = ask_trigger(environment, Scope::global(), "app-list", {});
    if (!names) return names.error();
    std::vector<AppName> apps;
    for (const std::string& name : *names) {
        if (auto app = AppName::parse(name)) apps.push_back(*app);
    }
    return apps;
}

}  // namespace

base::Result<std::vector<AppName>> list_all_apps(const Environment& environment) {
    std::error_code error;
    std::filesystem::directory_iterator entries{environment.root, error};
    std::vector<AppName> apps;
    for (; !error && entries != std::filesystem::directory_iterator{}; entries.increment(error)) {
        std::error_code unreadable;  // a dangling link is no app, and no reason to fail
        if (!entries->is_directory(unreadable)) continue;
        if (auto app = AppName::parse(entries->path().filename().string())) apps.push_back(*app);
    }
    if (error) return base::io_error("reading", environment.root, error.value());
    std::sort(apps.begin(), apps.end());
    return apps;
}

base::Result<std::vector<AppName>> list_apps(const Environment& environment) {
    if (is_filtered_per_user(environment)) return ask_app_list(environment);
    return list_all_apps(environment);
}

base::Result<AppName> verify_app(const Environment& environment, std::string_view name) {
    auto app = AppName::parse(name);
    if (!app) return app;
    if (!base::directory_exists(environment.app_root(*app))) return no_such_app(name);
    if (is_filtered_per_user(environment)) {
        RunOptions silent;
        silent.on_output = [](std::string_view) {};
        silent.on_error = [](std::string_view) {};
        const auto exit = fire_trigger(environment, *app, "app-exists", {app->text()}, silent);
        if (!exit) return exit.error();
        if (!exit->ok()) return no_such_app(name);
    }
    return app;
}

base::Error no_apps_error() {
    return base::Error{
        base::ErrorKind::not_found, "You haven't deployed any applications yet", std::nullopt, {}};
}

bool has_pair(const Environment& environment, const AppName& app) {
    const base::Path tls = environment.tls_root(app);
    return base::file_exists(tls / "server.crt") && base::file_exists(tls / "server.key");
}

}  // namespace dokku
