// `libexec/adopt`: certificates in use that the official plugin got come into our record, so that
// they are known as letsencrypt's wherever they are found. `setup` starts us.
#include "cli/run.h"
#include "dokku/app.h"
#include "lifecycle/adopt_official_apps.h"
#include "runs/runtime.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto apps = dokku::list_all_apps(call.environment);
        if (!apps) return apps.error();
        const auto run = runs::Runtime::open(call.environment, call.log);
        if (!run) return run.error();
        lifecycle::adopt_all((*run)->context(), *apps);
        return cli::ExitCode::done;
    });
}
