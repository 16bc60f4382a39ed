// `letsencrypt:retry APP | --due`: looks again at what an app waits for. `--due` is what the
// minute's cron calls: all apps whose time has come.
#include "lifecycle/retry.h"

#include "cli/run.h"
#include "dokku/app.h"
#include "runs/runtime.h"

namespace {

base::Result<cli::ExitCode> retry(const cli::Call& call) {
    const bool due = call.arguments.has("--due");
    const auto app = due ? base::Result<dokku::AppName>{base::Error{}}
                         : dokku::verify_app(call.environment, call.arguments.at(0));
    if (!due && !app) return app.error();
    const auto run = runs::Runtime::open(call.environment, call.log);
    if (!run) return run.error();
    const auto outcome = due ? lifecycle::retry_due((*run)->context())
                             : lifecycle::retry_app((*run)->context(), *app);
    return outcome == lifecycle::EnableOutcome::done ? cli::ExitCode::done : cli::ExitCode::failed;
}

}  // namespace

int main(int argc, char** argv) {
    return cli::run_subcommand(argc, argv, "retry", retry);
}
