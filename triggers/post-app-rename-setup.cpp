// `post-app-rename-setup OLD NEW`: Dokku has made NEW from OLD, and destroys OLD next.
#include "base/clock.h"
#include "cli/run.h"
#include "hooks/after_copy.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto from = dokku::AppName::parse(call.arguments.at(0));
        if (!from) return from.error();
        const auto to = dokku::AppName::parse(call.arguments.at(1));
        if (!to) return to.error();
        const auto done =
            hooks::after_rename(call.environment, call.log, *from, *to, base::SystemClock{}.now());
        if (!done) return done.error();
        return cli::ExitCode::done;
    });
}
