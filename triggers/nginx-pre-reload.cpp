// `nginx-pre-reload APP PORT IP`: nginx is about to be tested and reloaded for an app.
#include "cli/run.h"
#include "hooks/before_reload.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return app.error();
        const auto ready = hooks::before_reload(call.environment, call.log, *app);
        if (!ready) return ready.error();
        return cli::ExitCode::done;
    });
}
