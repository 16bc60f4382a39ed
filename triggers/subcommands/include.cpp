// `letsencrypt:include APP DOMAIN|PATTERN...`. Light.
#include "base/clock.h"
#include "cli/run.h"
#include "dokku/exclusions.h"
#include "hooks/wake.h"

int main(int argc, char** argv) {
    cli::Subcommand subcommand;
    subcommand.usage = "letsencrypt:include <app> <domain>|<pattern>...";
    subcommand.about = "Takes back what letsencrypt:exclude was told.";
    subcommand.syntax.takes_app_flag = true;
    return cli::run_subcommand(
        argc, argv, subcommand, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
            if (!app) return app.error();
            std::vector<std::string> patterns = call.arguments.positional();
            patterns.erase(patterns.begin());
            if (patterns.empty()) {
                return base::fail(base::ErrorKind::invalid_input, "Please specify a domain",
                                  {"dokku letsencrypt:include " + app->text() + " <domain>"});
            }
            const auto changed = dokku::remove_exclusions(call.environment, *app, patterns);
            if (!changed) return changed.error();
            call.log.info1_quiet(*changed ? "Included for " + app->text()
                                          : "Nothing to change for " + app->text());
            const store::LocalStore store{call.environment.global_root()};
            const auto woken =
                hooks::wake_if_wanted(call.environment, store, *app, base::SystemClock{}.now());
            if (!woken) return woken.error();
            return cli::ExitCode::done;
        });
}
