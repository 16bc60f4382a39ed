// `letsencrypt:include APP DOMAIN|PATTERN...`. Light.
#include "cli/run.h"
#include "subcommands/exclude.h"

int main(int argc, char** argv) {
    cli::Subcommand subcommand;
    subcommand.usage = "letsencrypt:include <app> <domain>|<pattern>...";
    subcommand.about = "Takes back what letsencrypt:exclude was told.";
    subcommand.syntax.takes_app_flag = true;
    return cli::run_subcommand(
        argc, argv, subcommand, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto changed = subcommands::change_exclusions(call.environment, call.log,
                                                                call.arguments.positional(),
                                                                subcommands::Exclusion::remove);
            if (!changed) return changed.error();
            return cli::ExitCode::done;
        });
}
