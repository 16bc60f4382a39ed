// `report APP`: our part of `dokku report`. DNS secrets are not shown there.
#include "subcommands/report.h"

#include "cli/run.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
        if (!app) return app.error();
        const auto printed = subcommands::print_redacted_report(call.environment, call.log, *app);
        if (!printed) return printed.error();
        return cli::ExitCode::done;
    });
}
