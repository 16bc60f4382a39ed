// `post-deploy APP PORT IP TAG`: an app was deployed.
#include "base/clock.h"
#include "cli/run.h"
#include "hooks/after_deploy.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return app.error();
        const auto done =
            hooks::after_deploy(call.environment, call.log, *app, base::SystemClock{}.now());
        if (!done) return done.error();
        return cli::ExitCode::done;
    });
}
