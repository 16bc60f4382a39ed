// `commands WORD...`: Dokku asks every plugin's file of this name for help texts and for commands
// that no subcommands/ folder has. Exit code 10 means "not mine" (docs/dokku.md 1.4, 1.6).
#include "cli/run.h"
#include "subcommands/help.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) {
        const std::string& word = call.arguments.at(0);
        if (word == "letsencrypt:help") {
            call.log.lines(subcommands::render_help(subcommands::help_entries(call.environment)));
        } else if (word == "help" && subcommands::parent_wants_all()) {
            call.log.lines(
                subcommands::render_help_lines(subcommands::help_entries(call.environment)));
        } else if (word == "help") {
            call.log.plain(subcommands::help_summary());
        } else {
            return cli::ExitCode::not_ours;
        }
        return cli::ExitCode::done;
    });
}
