// `libexec/issue APP`: the worker of `domains:add` (hooks/issue_worker.h). The hook that started it
// waits for its output to end: that is when the pair is installed, since Dokku rebuilds the vhost
// next.
#include <unistd.h>

#include "cli/run.h"
#include "dokku/app.h"
#include "dokku/detached_process.h"
#include "dokku/log.h"
#include "host/cron.h"
#include "lifecycle/retry.h"
#include "runs/runtime.h"

int main(int argc, char** argv) {
    return cli::run_plain(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto app = dokku::verify_app(call.environment, call.arguments.at(0));
        if (!app) return app.error();
        const dokku::Log log{call.environment, [](dokku::Stream, std::string_view text) {
                                 dokku::write_while_read(text, std::string{dokku::kLogFile});
                             }};
        const auto run = runs::Runtime::open(call.environment, log);
        if (!run) return run.error();
        const auto let_go = [] {
            const bool waited_for = dokku::has_reader(STDOUT_FILENO);
            dokku::redirect_output(std::string{dokku::kLogFile});
            return waited_for;
        };
        const auto outcome = lifecycle::issue_for_change((*run)->context(), *app, let_go);
        return outcome == lifecycle::EnableOutcome::done ? cli::ExitCode::done
                                                         : cli::ExitCode::failed;
    });
}
