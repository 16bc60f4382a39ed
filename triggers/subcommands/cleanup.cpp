// `letsencrypt:cleanup APP`: removes the certificate folders that are not in use. Light.
#include "subcommands/cleanup.h"

#include "base/clock.h"
#include "cli/run.h"
#include "dokku/app.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "cleanup", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
            if (!app) return app.error();
            // A run that orders right now writes into a folder that is not current yet.
            const store::LocalStore store{call.environment.global_root()};
            base::SystemClock clock;
            const auto lock = store.lock_app(app->text(), store::kTypedPatience, clock);
            if (!lock) return lock.error();
            const auto cleaned = subcommands::clean_up(call.environment, call.log, *app);
            if (!cleaned) return cleaned.error();
            return cli::ExitCode::done;
        });
}
