// `cron [--timestamps]`: what the crontab calls every minute. Who types `cron` sees lines without
// their times.
#include "base/clock.h"
#include "cli/run.h"
#include "hooks/retry_job.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const auto done = hooks::start_retry_job(call.environment, call.arguments.at(0),
                                                 base::SystemClock{}.now());
        if (!done) return done.error();
        return cli::ExitCode::done;
    });
}
