// `letsencrypt:exclude APP DOMAIN|PATTERN...`. Light.
#include "base/clock.h"
#include "cli/run.h"
#include "dokku/exclusions.h"
#include "hooks/wake.h"

int main(int argc, char** argv) {
    cli::Subcommand subcommand;
    subcommand.usage = "letsencrypt:exclude <app> <domain>|<pattern>...";
    subcommand.about =
        "Leaves domains of an app out of its certificates, also before they exist. A pattern such "
        "as *.internal.example.com means every name below. A name that the certificate covers "
        "today is left out of a new one, which the minute's run orders.";
    subcommand.syntax.takes_app_flag = true;
    return cli::run_subcommand(
        argc, argv, subcommand, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
            if (!app) return app.error();
            std::vector<std::string> patterns = call.arguments.positional();
            patterns.erase(patterns.begin());
            if (patterns.empty()) {
                return base::fail(base::ErrorKind::invalid_input, "Please specify a domain",
                                  {"dokku letsencrypt:exclude " + app->text() + " <domain>"});
            }
            const auto changed = dokku::add_exclusions(call.environment, *app, patterns);
            if (!changed) return changed.error();
            call.log.info1_quiet(*changed ? "Excluded for " + app->text()
                                          : "Nothing to change for " + app->text());
            const store::LocalStore store{call.environment.global_root()};
            const auto woken =
                hooks::wake_if_wanted(call.environment, store, *app, base::SystemClock{}.now());
            if (!woken) return woken.error();
            return cli::ExitCode::done;
        });
}
