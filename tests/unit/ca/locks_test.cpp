#include "ca/locks.h"

#include <chrono>
#include <optional>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "async/all.h"
#include "async/sleep.h"
#include "support/run_bench.h"

using namespace std::chrono_literals;

namespace {

using Lock = base::Result<base::FileLock>;

struct Locking : test::RunBench {
    async::Task<Lock> take(bool is_app, std::chrono::milliseconds patience) {
        return is_app ? ca::lock_app(context, "shop", patience)
                      : ca::lock_accounts(context, patience);
    }
    Lock try_take(bool is_app) const {
        return is_app ? store.try_lock_app("shop") : store.try_lock_accounts();
    }
};

async::Task<bool> note_whether(async::Task<Lock> locking) {
    const auto lock = co_await locking;
    co_return lock.has_value();
}

async::Task<bool> release_after(std::optional<base::FileLock>& lock,
                                std::chrono::milliseconds time) {
    co_await async::sleep_for(time);
    lock.reset();
    co_return true;
}

async::Task<std::vector<bool>> both(async::Task<bool> one, async::Task<bool> other) {
    std::vector<async::Task<bool>> tasks;
    tasks.push_back(std::move(one));
    tasks.push_back(std::move(other));
    auto results = co_await async::all(std::move(tasks));
    co_return results;
}

}  // namespace

TEST_CASE("a lock that is free is taken at once", "[ca]") {
    Locking locking;
    const bool is_app = GENERATE(true, false);
    const auto lock = locking.run(locking.take(is_app, GENERATE(0ms, 10s)));
    CHECK(lock);
    CHECK(locking.clock.passed() == 0ms);
    CHECK_FALSE(locking.try_take(is_app));
}

TEST_CASE("a flow that waits for a lock lets the others go on", "[ca]") {
    Locking locking;
    const bool is_app = GENERATE(true, false);
    std::optional<base::FileLock> held{locking.try_take(is_app).value()};
    auto waiting = note_whether(locking.take(is_app, 10s));
    auto ending = release_after(held, 120ms);
    const auto results = locking.run(both(std::move(waiting), std::move(ending)));
    CHECK(results[0]);
    CHECK(locking.clock.passed() == 150ms);
}

TEST_CASE("once patience is over a held lock is refused as the store refuses it", "[ca]") {
    Locking locking;
    const bool is_app = GENERATE(true, false);
    const auto patience = GENERATE(0ms, 1s);
    const auto held = locking.try_take(is_app);
    const auto lock = locking.run(locking.take(is_app, patience));
    const auto refused = locking.try_take(is_app);
    REQUIRE_FALSE(lock);
    REQUIRE_FALSE(refused);
    CHECK(lock.error().kind == base::ErrorKind::busy);
    CHECK(lock.error().message == refused.error().message);
    CHECK(lock.error().steps == refused.error().steps);
    CHECK(locking.clock.passed() == patience);
}
