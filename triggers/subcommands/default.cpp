// `dokku letsencrypt` without a command, and `letsencrypt:help`: the commands there are, in
// columns.
#include "cli/help.h"
#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(argc, argv, "help", [](const cli::Call& call) {
        cli::print_help(call.environment, call.log);
        return cli::ExitCode::done;
    });
}
