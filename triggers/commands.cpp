// `commands WORD...`: Dokku asks every plugin's file of this name for help texts and for commands
// that no subcommands/ folder has. Exit code 10 means "not mine" (docs/dokku.md 1.4, 1.6).
#include "cli/help.h"
#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) {
        return cli::answer_word(call.environment, call.log, call.arguments.at(0));
    });
}
