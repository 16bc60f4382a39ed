// `post-deploy APP PORT IP TAG`: an app was deployed. The deploy never waits for a CA.
#include "base/clock.h"
#include "cli/run.h"
#include "hooks/mark_due.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        if (!call.environment.run.empty()) return cli::ExitCode::done;
        const auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return app.error();
        const store::LocalStore store{call.environment.global_root()};
        const auto woken =
            hooks::mark_deployed_due(call.environment, store, *app, base::SystemClock{}.now());
        if (!woken) return woken.error();
        if (*woken) {
            call.log.verbose("Letsencrypt looks after the certificate of " + app->text() +
                             " within a minute");
        }
        return cli::ExitCode::done;
    });
}
