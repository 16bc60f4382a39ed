// `letsencrypt:retry APP | --due`: looks again at what an app waits for. `--due` is what the retry
// job calls: all apps whose time has come.
#include "runs/retry.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "retry", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const cli::Arguments& words = call.arguments;
            const runs::RetryFlags flags{.app = words.at(0), .due = words.has("--due")};
            const auto outcome = runs::retry(call.environment, call.log, flags);
            if (!outcome) return outcome.error();
            return *outcome == lifecycle::RunOutcome::done ? cli::ExitCode::done
                                                           : cli::ExitCode::failed;
        });
}
