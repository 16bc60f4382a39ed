// `libexec/setup`: what the hooks `install` and `update` do once the executables are in place.
#include "base/clock.h"
#include "cli/run.h"
#include "hooks/come_and_go.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto done =
            hooks::after_install(call.environment, call.log, base::SystemClock{}.now());
        if (!done) return done.error();
        return cli::ExitCode::done;
    });
}
