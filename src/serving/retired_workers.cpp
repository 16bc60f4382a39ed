#include "serving/retired_workers.h"

#include "async/sleep.h"

namespace serving {
namespace {

constexpr std::chrono::milliseconds kLookAtWorkers{10};

}  // namespace

async::Task<bool> wait_until_retired(nginx::NginxWorkers workers, const base::Clock& clock,
                                     std::chrono::milliseconds patience) {
    const auto deadline = clock.monotonic() + patience;
    while (!workers.retired()) {
        if (clock.monotonic() >= deadline) co_return false;
        co_await async::sleep_for(kLookAtWorkers);
    }
    // One says that it shuts down an instant before it closes its sockets.
    if (!workers.empty()) co_await async::sleep_for(kLookAtWorkers);
    co_return true;
}

}  // namespace serving
