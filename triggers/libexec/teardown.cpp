// `libexec/teardown`: what the hook `uninstall` does before the executables are removed.

#include "dokku/teardown.h"

#include "base/clock.h"
#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) {
        dokku::tear_down_host(call.environment, call.log, base::SystemClock{}.now());
        return cli::ExitCode::done;
    });
}
