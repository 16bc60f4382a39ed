// `letsencrypt:cron-job [--add|--remove]`: the scheduled run. Light.
#include "cli/run.h"
#include "subcommands/cron_job.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "cron-job", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto done =
                subcommands::cron_job(call.environment, call.log, call.arguments.at(0));
            if (!done) return done.error();
            return cli::ExitCode::done;
        });
}
