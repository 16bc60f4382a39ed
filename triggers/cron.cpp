// `cron`: what the crontab calls every minute. Reads the first line of one file; only if the time
// of some app has come, or that file was lost, does `dokku letsencrypt:retry --due` take our place.
#include <unistd.h>

#include "base/clock.h"
#include "cli/run.h"
#include "store/local_store.h"

int main(int argc, char** argv) {
    return cli::run_hook(argc, argv, [](const cli::Call& call) -> base::Result<cli::ExitCode> {
        const store::LocalStore store{call.environment.global_root()};
        if (!store.is_any_due(base::SystemClock{}.now())) return cli::ExitCode::done;
        // The crontab says `cron --timestamps`; who types `cron` sees the lines as they are.
        const std::string& times = call.arguments.at(0);
        ::execlp("dokku", "dokku", "letsencrypt:retry", "--due",
                 times.empty() ? static_cast<const char*>(nullptr) : times.c_str(),
                 static_cast<char*>(nullptr));
        return base::fail(base::ErrorKind::not_found,
                          "`dokku` is not on the PATH of this crontab: apps that wait for a "
                          "certificate are not looked at");
    });
}
