// `letsencrypt:set APP|--global KEY [VALUE]`: sets or removes a property. Light: starts nothing.
#include "subcommands/set.h"

#include "cli/run.h"
#include "subcommands/property_help.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "set",
        [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const cli::Arguments& words = call.arguments;
            const auto changed = subcommands::change_setting(call.environment, call.log,
                                                             words.at(0), words.at(1), words.at(2));
            if (!changed) return changed.error();
            return cli::ExitCode::done;
        },
        subcommands::describe_properties);
}
