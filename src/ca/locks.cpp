#include "ca/locks.h"

#include <functional>
#include <utility>

#include "async/sleep.h"
#include "store/claim.h"

namespace ca {
namespace {

constexpr std::chrono::milliseconds kPollInterval{50};

using TryLock = std::function<base::Result<base::FileLock>(store::IfHeld)>;

/// The last try says who holds it.
async::Task<base::Result<base::FileLock>> take_within(const base::Clock& clock, TryLock try_lock,
                                                      std::chrono::milliseconds patience) {
    const auto deadline = clock.monotonic() + patience;
    while (clock.monotonic() < deadline) {
        auto lock = try_lock(store::IfHeld::refuse);
        if (lock || lock.error().kind != base::ErrorKind::busy) co_return lock;
        co_await async::sleep_for(kPollInterval);
    }
    co_return try_lock(store::IfHeld::tell);
}

bool is_taken(const Context& context, const std::string& app, bool is_typed) {
    const auto state = context.store.read_state(app);
    return state && store::is_claimed_elsewhere(*state) && (state->claim->is_typed || !is_typed);
}

}  // namespace

async::Task<base::Result<base::FileLock>> lock_app(const Context& context, std::string app,
                                                   std::chrono::milliseconds patience) {
    TryLock try_lock = [&store = context.store, app = std::move(app)](store::IfHeld if_held) {
        return store.try_lock_app(app, if_held);
    };
    return take_within(context.clock, std::move(try_lock), patience);
}

async::Task<base::Result<base::FileLock>> lock_app_to_claim(const Context& context, std::string app,
                                                            bool is_typed,
                                                            std::chrono::milliseconds patience) {
    TryLock try_lock = [&context, app = std::move(app), is_typed](store::IfHeld if_held) {
        auto lock = context.store.try_lock_app(app, if_held);
        if (lock && is_taken(context, app, is_typed)) {
            lock = base::fail(base::ErrorKind::busy, "another run has claimed " + app);
        }
        return lock;
    };
    return take_within(context.clock, std::move(try_lock), patience);
}

async::Task<base::Result<base::FileLock>> lock_accounts(const Context& context,
                                                        std::chrono::milliseconds patience) {
    TryLock try_lock = [&store = context.store](store::IfHeld if_held) {
        return store.try_lock_accounts(if_held);
    };
    return take_within(context.clock, std::move(try_lock), patience);
}

}  // namespace ca
