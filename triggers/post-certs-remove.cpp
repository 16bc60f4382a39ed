// `post-certs-remove APP`: the certificate of an app was removed.
#include "base/clock.h"
#include "cli/run.h"
#include "hooks/installed_pair.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        if (!call.environment.run.empty()) return cli::ExitCode::done;
        const auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return app.error();
        const store::LocalStore store{call.environment.global_root()};
        const auto noted =
            hooks::note_removed_pair(call.environment, store, *app, base::SystemClock{}.now());
        if (!noted) return noted.error();
        return cli::ExitCode::done;
    });
}
