// `libexec/setup`: what the hooks `install` and `update` do once the executables are in place.

#include "dokku/setup.h"

#include "cli/run.h"
#include "hooks/take_over.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        if (auto ready = dokku::prepare_as_root(call.environment, call.log); !ready) {
            return std::move(ready).error();
        }
        const store::LocalStore store{call.environment.global_root()};
        if (auto taken = hooks::take_over_apps(call.environment, store); !taken) {
            cli::print_error(call.log, taken.error());
        }
        auto done = dokku::set_up_host(call.environment, call.log);
        if (!done) return std::move(done).error();
        return cli::ExitCode::done;
    });
}
