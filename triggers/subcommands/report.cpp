// `letsencrypt:report [APP|--global] [FLAG] [--format json]`. Light: starts nothing.
#include "subcommands/report.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_subcommand(
        argc, argv, "report", [](const cli::Call& call) -> base::Result<cli::ExitCode> {
            const cli::Arguments& words = call.arguments;
            auto request = subcommands::to_report_request(words.at(0), words.at(1));
            request.format = words.option("--format").value_or("");
            request.global = words.has("--global");
            const auto printed = subcommands::print_report(call.environment, call.log, request);
            if (!printed) return printed.error();
            return cli::ExitCode::done;
        });
}
