// `dokku letsencrypt` without a command, and `letsencrypt:help`: the commands there are, in
// columns.
#include "cli/run.h"
#include "subcommands/help.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(argc, argv, "help", [](const cli::Call& call) {
        call.log.lines(subcommands::render_help(subcommands::help_entries(call.environment)));
        return cli::ExitCode::done;
    });
}
