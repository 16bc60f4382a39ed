// `letsencrypt:include APP DOMAIN|PATTERN...`. Light.
#include "cli/run.h"
#include "subcommands/exclude.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "include", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto changed = subcommands::change_exclusions(call.environment, call.log,
                                                                call.arguments.positional(),
                                                                subcommands::Exclusion::remove);
            if (!changed) return changed.error();
            return cli::ExitCode::done;
        });
}
