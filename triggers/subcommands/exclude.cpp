// `letsencrypt:exclude APP DOMAIN|PATTERN...`. Light.
#include "subcommands/exclude.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    cli::Subcommand subcommand;
    subcommand.usage = "letsencrypt:exclude <app> <domain>|<pattern>...";
    subcommand.about =
        "Leaves domains of an app out of its certificates, also before they exist. A pattern such "
        "as *.internal.example.com means every name below. A name that the certificate covers "
        "today is left out of a new one, which the minute's run orders.";
    subcommand.syntax.takes_app_flag = true;
    return cli::run_subcommand(
        argc, argv, subcommand, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto changed = subcommands::change_exclusions(call.environment, call.log,
                                                                call.arguments.positional(),
                                                                subcommands::Exclusion::add);
            if (!changed) return changed.error();
            return cli::ExitCode::done;
        });
}
