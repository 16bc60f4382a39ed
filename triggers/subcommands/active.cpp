// `letsencrypt:active APP`: is the app served with a certificate of ours?
// Light: reads files, compares bytes, starts nothing.
#include "cli/run.h"
#include "dokku/app.h"
#include "tls/certs.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "active", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
            if (!app) return app.error();
            call.log.plain(tls::is_active(call.environment, *app) ? "true" : "false");
            return cli::ExitCode::done;
        });
}
