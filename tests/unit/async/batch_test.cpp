#include "async/batch.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/sleep.h"
#include "support/fake_clock.h"
#include "support/simulated_loop.h"

using namespace std::chrono_literals;

namespace {

/// Each takes 50 ms. Counts how many run at once.
struct Work {
    async::Task<bool> run(std::size_t index) {
        started.push_back(index);
        most = std::max(most, ++running);
        co_await async::sleep_for(50ms);
        --running;
        co_return index != failing;
    }

    async::Batch<bool> batch(std::size_t count) {
        async::Batch<bool> batch;
        batch.count = count;
        batch.at_once = 4;
        batch.may_start = [this] { return started.size() < allowed; };
        batch.start = [this](std::size_t index) { return run(index); };
        return batch;
    }

    std::size_t failing = 1000;
    std::size_t allowed = 1000;
    std::vector<std::size_t> started;
    std::size_t running = 0;
    std::size_t most = 0;
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
};

}  // namespace

TEST_CASE("a batch runs to its end, so many at once", "[async]") {
    Work work;
    const auto results = work.loop.run(async::run_batch(work.batch(10)));
    CHECK(results == std::vector<std::optional<bool>>(10, true));
    CHECK(work.started == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(work.most == 4);
    CHECK(work.clock.passed() == 150ms);
}

TEST_CASE("once one has failed no other one is started", "[async]") {
    Work work;
    work.failing = 5;
    const auto results = work.loop.run(async::run_batch(work.batch(20)));
    REQUIRE(results.size() == 20);
    CHECK(results[4] == true);
    CHECK(results[5] == false);
    CHECK(results[7] == true);        // it was under way
    CHECK(work.started.size() == 9);  // the end of the fourth one was seen first
    CHECK(results[9] == std::nullopt);
}

TEST_CASE("what may not be started is not", "[async]") {
    Work work;
    work.allowed = 2;
    const auto results = work.loop.run(async::run_batch(work.batch(3)));
    CHECK(results == std::vector<std::optional<bool>>{true, true, std::nullopt});
}

TEST_CASE("a batch of nothing has ended", "[async]") {
    Work work;
    CHECK(work.loop.run(async::run_batch(work.batch(0))).empty());
}
