// `letsencrypt:account show|rollover|register|deactivate [APP]`: the account at the CA that an app
// orders with, or that all apps without settings of their own do.
#include "runs/account.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "account", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const cli::Arguments& words = call.arguments;
            const runs::AccountFlags flags{.words = words.positional(),
                                           .format = words.option("--format").value_or("")};
            const auto done = runs::use_account(call.environment, call.log, flags);
            if (!done) return done.error();
            return cli::ExitCode::done;
        });
}
