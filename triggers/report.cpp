// `report APP`: our part of `dokku report`. DNS secrets are not shown there.
#include "subcommands/report.h"

#include <utility>

#include "cli/run.h"
#include "dokku/app.h"
#include "store/app_summary.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
        if (!app) return app.error();
        const store::LocalStore store{call.environment.global_root()};
        const auto printed = subcommands::print_redacted_report(
            call.environment, call.log, *app,
            [&](const dokku::AppName& one) -> subcommands::KnownOfApp {
                auto known = store::read_summary(store, one.text());
                return {std::move(known.status), known.renews_at,
                        std::move(known.renewal_explanation)};
            });
        if (!printed) return printed.error();
        return cli::ExitCode::done;
    });
}
