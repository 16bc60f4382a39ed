// `post-app-clone-setup OLD NEW`: Dokku has made NEW as a copy of OLD.
#include "cli/run.h"
#include "hooks/after_copy.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto from = dokku::AppName::parse(call.arguments.at(0));
        if (!from) return from.error();
        const auto to = dokku::AppName::parse(call.arguments.at(1));
        if (!to) return to.error();
        const auto done = hooks::after_clone(call.environment, call.log, *from, *to);
        if (!done) return done.error();
        return cli::ExitCode::done;
    });
}
