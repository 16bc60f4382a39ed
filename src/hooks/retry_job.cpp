#include "hooks/retry_job.h"

#include <unistd.h>

#include "store/local_store.h"

namespace hooks {

base::Result<void> start_retry_job(const dokku::Environment& environment, const std::string& flag,
                                   base::UtcTime now) {
    const store::LocalStore store{environment.global_root()};
    if (!store.is_any_due(now)) return {};
    ::execlp("dokku", "dokku", "letsencrypt:retry", "--due",
             flag.empty() ? static_cast<const char*>(nullptr) : flag.c_str(),
             static_cast<char*>(nullptr));
    return base::fail(base::ErrorKind::not_found,
                      "`dokku` is not on the PATH of this crontab: apps that wait for a "
                      "certificate are not looked at");
}

}  // namespace hooks
