#include "runs/runtime.h"

#include <sys/resource.h>

#include "base/secret.h"

namespace runs {
namespace {

/// A run over thousands of apps holds the locks of those that are being installed.
void raise_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);  // as it was is enough for most hosts
}

}  // namespace

base::Result<std::unique_ptr<Runtime>> Runtime::open(const dokku::Environment& environment,
                                                     const dokku::Log& log) {
    base::forbid_core_dumps();
    raise_open_files();
    auto clock = std::make_unique<base::SystemClock>();
    auto network = Network::open(*clock, http::TrustStore::from_environment());
    if (!network) return std::move(network).error();
    return std::unique_ptr<Runtime>{
        new Runtime(environment, log, std::move(clock), std::move(*network))};
}

base::Result<std::optional<base::FileLock>> Runtime::lock_all() {
    constexpr std::chrono::seconds kPatience{2};  // one may just be ending
    auto lock = store_.lock_run(kPatience, *clock_);
    if (lock) return std::optional{std::move(*lock)};
    const auto stuck = store_.find_stuck_run();
    if (lock.error().kind != base::ErrorKind::busy || !stuck) return std::move(lock).error();
    context_.log.warn("Another run over all apps has come to no end (" + store::to_text(*stuck) +
                      "); this one goes on without it");
    for (const std::string& step : store::steps_against(*stuck))
        context_.log.warn(step);
    return std::optional<base::FileLock>{};
}

}  // namespace runs
