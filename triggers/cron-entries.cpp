// `cron-entries SCHEDULER`: what Dokku puts into its crontab for us.
#include "cli/run.h"
#include "host/cron.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) {
        call.log.lines(host::cron_entries(call.environment));
        return cli::ExitCode::done;
    });
}
