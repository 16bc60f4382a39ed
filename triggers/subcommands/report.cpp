// `letsencrypt:report [APP|--global] [FLAG] [--format json]`. Light: starts nothing.
#include "subcommands/report.h"

#include <utility>

#include "cli/run.h"
#include "store/app_summary.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "report", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const cli::Arguments& words = call.arguments;
            subcommands::ReportRequest request;
            request.format = words.option("--format").value_or("");
            request.global = words.has("--global");
            const bool names_app = !words.at(0).empty() && !words.at(0).starts_with("--");
            request.app = names_app ? words.at(0) : "";
            request.flag = words.at(names_app ? 1 : 0);
            const store::LocalStore store{call.environment.global_root()};
            const auto known_of = [&](const dokku::AppName& app) -> subcommands::KnownOfApp {
                auto known = store::read_summary(store, app.text());
                return {std::move(known.status), known.renews_at,
                        std::move(known.renewal_explanation)};
            };
            const auto printed =
                subcommands::print_report(call.environment, call.log, request, known_of);
            if (!printed) return printed.error();
            return cli::ExitCode::done;
        });
}
