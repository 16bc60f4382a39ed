// `letsencrypt:list`: the active apps and when their certificates end. Light: starts nothing.
#include "subcommands/list.h"

#include "base/clock.h"
#include "cli/run.h"

int main(int argc, char** argv) {
    cli::Subcommand subcommand;
    subcommand.usage = "letsencrypt:list";
    subcommand.about =
        "Lists the apps that are served with a certificate from letsencrypt, the one that expires "
        "first on top: when it expires, in how long, and in how long it is to be renewed.";
    return cli::run_subcommand(
        argc, argv, subcommand, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto printed =
                subcommands::print_list(call.environment, call.log, base::SystemClock{}.now());
            if (!printed) return printed.error();
            return cli::ExitCode::done;
        });
}
