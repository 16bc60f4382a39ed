// `libexec/adopt`: `setup` starts us, for the certificates that the official plugin got.
#include "runs/adopt.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto done = runs::adopt(call.environment, call.log);
        if (!done) return done.error();
        return cli::ExitCode::done;
    });
}
