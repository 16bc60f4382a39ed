// `letsencrypt:cleanup APP`: removes the certificate folders that are not in use. Light.
#include "subcommands/cleanup.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "cleanup", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
            if (!app) return app.error();
            base::SystemClock clock;
            const auto done = subcommands::clean_up(call.environment, call.log, clock, *app);
            if (!done) return done.error();
            return cli::ExitCode::done;
        });
}
