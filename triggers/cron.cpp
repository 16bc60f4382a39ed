// `cron`: what the crontab calls every minute. Looks at one small file; only if the time of some
// app has come does `dokku letsencrypt:retry --due` take our place.
#include <unistd.h>

#include "base/clock.h"
#include "cli/run.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const store::LocalStore store{call.environment.global_root()};
        const auto due = store.next_due();
        if (!due || *due > base::SystemClock{}.now()) return cli::ExitCode::done;
        ::execlp("dokku", "dokku", "letsencrypt:retry", "--due", static_cast<char*>(nullptr));
        return base::fail(base::ErrorKind::not_found,
                          "`dokku` is not on the PATH of this crontab: apps that wait for a "
                          "certificate are not looked at");
    });
}
