// `letsencrypt:enable <app> [--force]`, `letsencrypt:enable --all [--force]`: gets a certificate
// and makes nginx serve it.

#include "lifecycle/enable.h"

#include "cli/run.h"
#include "dokku/app.h"
#include "lifecycle/run.h"

namespace {

base::Result<std::vector<dokku::AppName>> apps_of(const cli::Call& call) {
    if (call.arguments.has("--all")) return dokku::list_apps(call.environment);
    auto app = dokku::verify_app(call.environment, call.arguments.at(0));
    if (!app) return std::move(app).error();
    return std::vector<dokku::AppName>{std::move(*app)};
}

base::Result<cli::ExitCode> enable(const cli::Call& call) {
    const auto apps = apps_of(call);
    if (!apps) return apps.error();
    if (apps->empty()) {
        cli::print_error(call.log, dokku::no_apps_error());
        return cli::ExitCode::done;
    }
    const auto run = lifecycle::Run::open(call.environment, call.log);
    if (!run) return run.error();
    lifecycle::EnableWish wish;
    wish.force = call.arguments.has("--force") || call.arguments.has("-f");
    wish.strict = call.arguments.has("--strict");
    if (call.arguments.has("--all")) wish.origin = lifecycle::Origin::all;
    const auto outcome = lifecycle::enable((*run)->context(), *apps, wish);
    return outcome == lifecycle::EnableOutcome::done ? cli::ExitCode::done : cli::ExitCode::failed;
}

}  // namespace

int main(int argc, char** argv) {
    const cli::Subcommand subcommand{
        "letsencrypt:enable <app> [--force] [--strict] | --all [--force] [--strict]",
        "Gets a certificate from the CA and makes nginx serve it. Nothing is done while the one in "
        "use is still good for the app's domains, unless --force is given. Names that cannot be "
        "certified now are left out and follow by "
        "themselves; with --strict all names are ordered or none. --all takes every app.",
        {.switches = {"--force", "-f", "--all", "--strict"},
         .options = {},
         .takes_app_flag = true,
         .verbatim_after = std::nullopt}};
    return cli::run_subcommand(argc, argv, subcommand, enable);
}
