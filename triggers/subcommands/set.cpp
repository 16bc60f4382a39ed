// `letsencrypt:set APP|--global KEY [VALUE]`: sets or removes a property. Light: starts nothing.
#include "subcommands/set.h"

#include "base/clock.h"
#include "cli/run.h"
#include "hooks/mark_due.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "set", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const cli::Arguments& words = call.arguments;
            const auto changed = subcommands::change_setting(call.environment, call.log,
                                                             words.at(0), words.at(1), words.at(2));
            if (!changed) return changed.error();
            const store::LocalStore store{call.environment.global_root()};
            const auto woken = hooks::mark_due_after_setting(store, words.at(0), words.at(1),
                                                             base::SystemClock{}.now());
            if (!woken) return woken.error();
            return cli::ExitCode::done;
        });
}
