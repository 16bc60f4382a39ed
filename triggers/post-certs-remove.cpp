// `post-certs-remove APP`: the certificate of an app was removed.
#include "base/clock.h"
#include "cli/run.h"
#include "hooks/installed_pair.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return app.error();
        const auto noted =
            hooks::note_removed_pair(call.environment, *app, base::SystemClock{}.now());
        if (!noted) return noted.error();
        return cli::ExitCode::done;
    });
}
