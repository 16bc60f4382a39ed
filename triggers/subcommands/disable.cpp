// `letsencrypt:disable APP`: back to HTTP, and no certificate is ordered until the next `enable`.
#include "dokku/disable.h"

#include "base/clock.h"
#include "cli/run.h"
#include "dokku/app.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    cli::Subcommand subcommand;
    subcommand.usage = "letsencrypt:disable <app>";
    subcommand.about =
        "Removes the certificate of an app, whoever issued it, and all of letsencrypt's files of "
        "the app; it is served over HTTP only. Its properties stay.";
    subcommand.syntax.takes_app_flag = true;
    return cli::run_subcommand(
        argc, argv, subcommand, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
            if (!app) return app.error();
            // A run that is getting a certificate would put it back afterwards.
            const store::LocalStore store{call.environment.global_root()};
            base::SystemClock clock;
            const auto lock = store.lock_app(app->text(), store::kTypedPatience, clock);
            if (!lock) return lock.error();
            // Before anything goes, so that a hook that sees it go does not order it anew.
            const auto off = store.update_state(app->text(), [](store::AppState& state) {
                state.enabled = false;
                state.switched_off = true;
                state.ca_fails_since.reset();
                state.names.clear();
                state.due.reset();
                state.order.reset();
            });
            if (!off) return off.error();
            const auto disabled = dokku::disable_app(call.environment, call.log, *app);
            if (!disabled) return disabled.error();
            return cli::ExitCode::done;
        });
}
