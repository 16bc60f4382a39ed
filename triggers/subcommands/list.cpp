// `letsencrypt:list`: the active apps and when their certificates end. Light: starts nothing.
#include "subcommands/list.h"

#include "base/clock.h"
#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "list", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto printed =
                subcommands::print_list(call.environment, call.log, base::SystemClock{}.now());
            if (!printed) return printed.error();
            return cli::ExitCode::done;
        });
}
