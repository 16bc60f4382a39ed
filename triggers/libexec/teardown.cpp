// `libexec/teardown`: what the hook `uninstall` does before the executables are removed.
#include "base/clock.h"
#include "cli/run.h"
#include "hooks/come_and_go.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto done =
            hooks::before_uninstall(call.environment, call.log, base::SystemClock{}.now());
        if (!done) return done.error();
        return cli::ExitCode::done;
    });
}
