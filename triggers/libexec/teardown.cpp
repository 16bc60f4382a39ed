// `libexec/teardown`: what the hook `uninstall` does before the executables are removed.

#include "host/teardown.h"

#include "base/clock.h"
#include "cli/run.h"
#include "hooks/restore_pairs.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        if (auto ready = host::tear_down_as_root(call.environment, call.log); !ready) {
            return std::move(ready).error();
        }
        // No hook of ours puts them back any more, and nginx would load nothing for any app.
        const store::LocalStore store{call.environment.global_root()};
        if (auto restored = hooks::restore_pairs(call.environment, store); !restored) {
            call.log.warn(restored.error());
        }
        hooks::tell_unfinished_removals(call.environment, call.log);
        host::tear_down_host(call.environment, call.log, base::SystemClock{}.now());
        return cli::ExitCode::done;
    });
}
