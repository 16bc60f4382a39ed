#include "lifecycle/run.h"

#include <sys/resource.h>

#include "base/secret.h"

namespace lifecycle {
namespace {

/// A run over thousands of apps holds the locks of those that are being installed.
void raise_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);  // as it was is enough for most hosts
}

}  // namespace

base::Result<std::unique_ptr<Run>> Run::open(const dokku::Environment& environment,
                                             const dokku::Log& log) {
    base::forbid_core_dumps();
    raise_open_files();
    auto runtime = std::make_unique<http::CurlRuntime>();
    auto client = http::CurlClient::open(*runtime, http::TrustStore::from_environment());
    if (!client) return std::move(client).error();
    return std::unique_ptr<Run>{new Run(environment, log, std::move(runtime), std::move(*client))};
}

base::Result<base::FileLock> Run::lock_all() {
    constexpr std::chrono::seconds kPatience{2};  // hooks look at the lock for a moment
    return store_.lock_run(kPatience, clock_);
}

}  // namespace lifecycle
