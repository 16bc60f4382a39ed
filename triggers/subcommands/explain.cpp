// `letsencrypt:explain [CAUSE]`: what a cause of letsencrypt:status means and what to do.
#include "subcommands/explain.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "explain", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto lines = subcommands::explain_cause(call.arguments.at(0));
            if (!lines) return lines.error();
            call.log.lines(*lines);
            return cli::ExitCode::done;
        });
}
