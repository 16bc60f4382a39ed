// `letsencrypt:disable APP`: back to HTTP, and no certificate is ordered until the next `enable`.
#include "subcommands/disable.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "disable", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
            if (!app) return app.error();
            base::SystemClock clock;
            const auto done = subcommands::disable(call.environment, call.log, clock, *app);
            if (!done) return done.error();
            return cli::ExitCode::done;
        });
}
