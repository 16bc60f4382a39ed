// `letsencrypt:enable <app> [--force]`, `letsencrypt:enable --all [--force]`: gets a certificate
// and makes nginx serve it.

#include "lifecycle/enable.h"

#include <optional>

#include "cli/run.h"
#include "dokku/app.h"
#include "lifecycle/dry_run.h"
#include "runs/runtime.h"

namespace {

base::Result<std::vector<dokku::AppName>> apps_of(const cli::Call& call) {
    if (call.arguments.has("--all")) return dokku::list_apps(call.environment);
    auto app = dokku::verify_app(call.environment, call.arguments.at(0));
    if (!app) return std::move(app).error();
    return std::vector<dokku::AppName>{std::move(*app)};
}

cli::ExitCode dry_run(ca::Context& context, const std::vector<dokku::AppName>& apps) {
    auto code = cli::ExitCode::done;
    for (const dokku::AppName& app : apps) {
        const auto outcome = lifecycle::rehearse_enable(context, app);
        if (outcome != lifecycle::EnableOutcome::done) code = cli::ExitCode::failed;
    }
    return code;
}

base::Result<cli::ExitCode> enable(const cli::Call& call) {
    const auto apps = apps_of(call);
    if (!apps) return apps.error();
    if (apps->empty()) {
        call.log.warn(dokku::no_apps_error());
        return cli::ExitCode::done;
    }
    const auto run = runs::Runtime::open(call.environment, call.log);
    if (!run) return run.error();
    if (call.arguments.has("--dry-run")) return dry_run((*run)->context(), *apps);
    ca::Request request;
    request.force = call.arguments.has("--force") || call.arguments.has("-f");
    request.strict = call.arguments.has("--strict");
    std::optional<base::FileLock> lock;
    if (call.arguments.has("--all")) {
        request.origin = ca::Origin::all;
        request.over_all = true;
        auto taken = (*run)->lock_all();
        if (!taken) return std::move(taken).error();
        lock = *std::move(taken);
    }
    const auto outcome = lifecycle::enable((*run)->context(), *apps, request);
    return outcome == lifecycle::EnableOutcome::done ? cli::ExitCode::done : cli::ExitCode::failed;
}

}  // namespace

int main(int argc, char** argv) {
    return cli::run_subcommand(argc, argv, "enable", enable);
}
