// `post-delete APP IMAGE_TAG`: an app is being destroyed.
#include "cli/run.h"
#include "hooks/after_delete.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return app.error();
        hooks::after_delete(call.environment, call.log, *app);
        return cli::ExitCode::done;
    });
}
