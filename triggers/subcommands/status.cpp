// `letsencrypt:status [APP] [--format json] [--watch]`: what each name has, and what it waits for.
#include "status/status.h"

#include "cli/run.h"
#include "status/show_status.h"

int main(int argc, char** argv) {
    cli::Subcommand subcommand;
    subcommand.usage = "letsencrypt:status [<app>] [--format json] [--watch]";
    subcommand.about =
        "Shows each name of an app, or of all apps: its status, why it has that, and what to do. "
        "The exit code for an app is 0 if every name is in use, not used or disabled. --watch "
        "shows changes until that is so.";
    subcommand.syntax.options = {"--format"};
    subcommand.syntax.switches = {"--watch"};
    subcommand.syntax.takes_app_flag = true;
    return cli::run_subcommand(
        argc, argv, subcommand, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const status::StatusRequest request{call.arguments.at(0),
                                                call.arguments.option("--format").value_or(""),
                                                call.arguments.has("--watch")};
            const auto settled = status::show_status(call.environment, call.log, request);
            if (!settled) return settled.error();
            return *settled ? cli::ExitCode::done : cli::ExitCode::failed;
        });
}
