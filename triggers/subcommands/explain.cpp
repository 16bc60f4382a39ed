// `letsencrypt:explain [CAUSE]`: what a cause of letsencrypt:status means and what to do.
#include "subcommands/explain.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    cli::Subcommand subcommand;
    subcommand.usage = "letsencrypt:explain [<cause>]";
    subcommand.about =
        "Tells what a cause shown by letsencrypt:status means, what was seen, and what to do. "
        "Without a cause it lists all of them.";
    return cli::run_subcommand(
        argc, argv, subcommand, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto lines = subcommands::explain_cause(call.arguments.at(0));
            if (!lines) return lines.error();
            call.log.lines(*lines);
            return cli::ExitCode::done;
        });
}
