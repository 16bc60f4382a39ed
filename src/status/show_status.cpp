#include "status/show_status.h"

#include "base/clock.h"
#include "base/text.h"
#include "status/host_fix.h"
#include "status/status.h"

namespace status {
namespace {

void print(const dokku::Log& log, const AppStatus& status) {
    log.info2(status.app + " letsencrypt status: " + status.summary);
    log.lines(render_status(status));
}

base::Result<bool> show_all(const dokku::Environment& environment, const dokku::Log& log,
                            const store::LocalStore& store, bool json) {
    const auto apps = dokku::list_apps(environment);
    if (!apps) return apps.error();
    if (apps->empty() && !json) {
        // Said, but nothing fails on a host without apps, as for `list`.
        log.warn(dokku::no_apps_error().message);
        return true;
    }
    std::vector<AppStatus> all;
    for (const dokku::AppName& app : *apps) {
        auto status = read_status(environment, store, app);
        if (status) {
            all.push_back(std::move(*status));
        } else {
            const base::Error error = with_fix(status.error(), app.text());
            log.warn(app.text() + ": " + error.message);
            for (const std::string& step : error.steps)
                log.warn(step);
        }
    }
    if (json) {
        log.plain(render_status_json(all));
        return true;
    }
    for (const AppStatus& status : all)
        print(log, status);
    return true;
}

/// Prints each change until the app is settled.
base::Result<bool> watch(const dokku::Environment& environment, const dokku::Log& log,
                         const store::LocalStore& store, const dokku::AppName& app, bool json) {
    constexpr std::chrono::seconds kPause{1};
    base::SystemClock clock;
    std::string shown;
    for (;;) {
        const auto status = read_status(environment, store, app);
        if (!status) return with_fix(status.error(), app.text());
        const std::string now = render_status_json(*status);
        if (now != shown && json) log.plain(now);
        if (now != shown && !json) print(log, *status);
        shown = now;
        if (status->is_settled()) return true;
        clock.sleep_for(kPause);
    }
}

}  // namespace

base::Result<bool> show_status(const dokku::Environment& environment, const dokku::Log& log,
                               const StatusRequest& request) {
    const bool json = request.format == "json";
    if (!json && !request.format.empty() && request.format != "stdout") {
        return base::fail(
            base::ErrorKind::invalid_input,
            "Invalid format '" + base::printable(request.format) + "': it must be json or stdout");
    }
    const store::LocalStore store{environment.global_root()};
    if (request.app.empty()) return show_all(environment, log, store, json);
    const auto app = dokku::verify_app(environment, request.app);
    if (!app) return app.error();
    if (request.watch) return watch(environment, log, store, *app, json);
    const auto status = read_status(environment, store, *app);
    if (!status) return with_fix(status.error(), app->text());
    if (json) {
        log.plain(render_status_json(*status));
    } else {
        print(log, *status);
    }
    return status->is_settled();
}

}  // namespace status
