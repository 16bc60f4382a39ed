// `letsencrypt:disable APP`: back to HTTP, and no certificate is ordered until the next `enable`.
#include "subcommands/disable.h"

#include "base/clock.h"
#include "cli/run.h"
#include "dokku/app.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "disable", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
            if (!app) return app.error();
            const store::LocalStore store{call.environment.global_root()};
            base::SystemClock clock;
            const auto disabled =
                subcommands::disable(call.environment, call.log, store, clock, *app);
            if (!disabled) return disabled.error();
            return cli::ExitCode::done;
        });
}
