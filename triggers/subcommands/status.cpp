// `letsencrypt:status [APP] [--format json] [--watch]`: what each name has, and what it waits for.
#include "status/status.h"

#include "cli/run.h"
#include "status/show_status.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "status", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const status::StatusRequest request{call.arguments.at(0),
                                                call.arguments.option("--format").value_or(""),
                                                call.arguments.has("--watch")};
            const auto settled = status::show_status(call.environment, call.log, request);
            if (!settled) return settled.error();
            return *settled ? cli::ExitCode::done : cli::ExitCode::failed;
        });
}
