// `libexec/issue APP`: the worker of `domains:add` (hooks/issue_worker.h).
#include "cli/run.h"
#include "runs/retry.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto outcome = runs::issue_for_hook(call.environment, call.arguments.at(0));
        if (!outcome) return outcome.error();
        return *outcome == lifecycle::RunOutcome::done ? cli::ExitCode::done
                                                       : cli::ExitCode::failed;
    });
}
