// `post-domains-update APP [ACTION [DOMAIN...]]`: domains of an app changed, or its certificate.
#include "cli/run.h"
#include "hooks/domains_changed.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::AppName::parse(call.arguments.at(0));
        if (!app) return app.error();
        const auto done =
            hooks::domains_changed(call.environment, call.log, *app, call.arguments.at(1));
        if (!done) return done.error();
        return cli::ExitCode::done;
    });
}
