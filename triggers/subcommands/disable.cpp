// `letsencrypt:disable APP`: back to HTTP, and no certificate is ordered until the next `enable`.
#include "subcommands/disable.h"

#include "base/clock.h"
#include "cli/run.h"
#include "dokku/app.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    cli::Subcommand subcommand;
    subcommand.usage = "letsencrypt:disable <app>";
    subcommand.about =
        "Removes the certificate of an app, also one that is not of letsencrypt, and all of "
        "letsencrypt's files of "
        "the app; it is served over HTTP only. Its properties stay.";
    subcommand.syntax.takes_app_flag = true;
    return cli::run_subcommand(
        argc, argv, subcommand, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
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
