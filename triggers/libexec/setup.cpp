// `libexec/setup`: what the hooks `install` and `update` do once the executables are in place.

#include "host/setup.h"

#include "base/clock.h"
#include "cli/run.h"
#include "hooks/adopter.h"
#include "hooks/catch_up.h"
#include "hooks/restore_pairs.h"
#include "hooks/take_over.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        if (auto ready = host::prepare_as_root(call.environment, call.log); !ready) {
            return std::move(ready).error();
        }
        const store::LocalStore store{call.environment.global_root()};
        if (auto restored = hooks::restore_pairs(call.environment, store); !restored) {
            call.log.warn(restored.error());
        }
        if (auto taken = hooks::adopt_official_apps(call.environment, store, call.log); !taken) {
            call.log.warn(taken.error());
        }
        const auto caught_up = hooks::catch_up_after_absence(call.environment, store, call.log,
                                                             base::SystemClock{}.now());
        if (!caught_up) call.log.warn(caught_up.error());
        auto done = host::set_up_host(call.environment, call.log);
        if (!done) return std::move(done).error();
        hooks::run_adopter(call.environment, call.log);
        return cli::ExitCode::done;
    });
}
