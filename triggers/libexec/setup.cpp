// `libexec/setup`: what the hooks `install` and `update` do once the executables are in place.

#include "dokku/setup.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        auto done = dokku::set_up_host(call.environment, call.log);
        if (!done) return std::move(done).error();
        return cli::ExitCode::done;
    });
}
