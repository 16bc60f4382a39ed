// `letsencrypt:exclude APP DOMAIN|PATTERN...`. Light.
#include "subcommands/exclude.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "exclude", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto changed = subcommands::change_exclusions(call.environment, call.log,
                                                                call.arguments.positional(),
                                                                subcommands::Exclusion::add);
            if (!changed) return changed.error();
            return cli::ExitCode::done;
        });
}
