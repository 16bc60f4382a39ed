// `letsencrypt:auto-renew [APP]`: renews what is due, of one app or of all. `--scheduled` marks the
// scheduled run, `--timestamps` one whose output goes into a log file.
#include "cli/run.h"
#include "runs/auto_renew.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "auto-renew", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const cli::Arguments& words = call.arguments;
            const runs::AutoRenewFlags flags{.app = words.at(0),
                                             .scheduled = words.has("--scheduled"),
                                             .dry_run = words.has("--dry-run")};
            const auto outcome = runs::auto_renew(call.environment, call.log, flags);
            if (!outcome) return outcome.error();
            return *outcome == lifecycle::RunOutcome::done ? cli::ExitCode::done
                                                           : cli::ExitCode::failed;
        });
}
