// `letsencrypt:enable <app>|--all`: gets certificates and makes nginx serve them.
#include "runs/enable.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "enable", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const cli::Arguments& words = call.arguments;
            const runs::EnableFlags flags{.app = words.at(0),
                                          .all = words.has("--all"),
                                          .force = words.has("--force") || words.has("-f"),
                                          .strict = words.has("--strict"),
                                          .dry_run = words.has("--dry-run")};
            const auto outcome = runs::enable(call.environment, call.log, flags);
            if (!outcome) return outcome.error();
            return *outcome == lifecycle::RunOutcome::done ? cli::ExitCode::done
                                                           : cli::ExitCode::failed;
        });
}
