#include "async/condition.h"

#include <chrono>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/all.h"
#include "async/deadline.h"
#include "async/sleep.h"
#include "support/fake_clock.h"
#include "support/simulated_loop.h"

using async::Task;
using namespace std::chrono_literals;

namespace {

struct Counter {
    async::Condition changed;
    int value = 0;
    std::vector<int> woken;  ///< in their order
};

Task<void> until(Counter& counter, int wanted) {
    while (counter.value < wanted)
        co_await counter.changed.wait();
    counter.woken.push_back(wanted);
}

Task<void> count(Counter& counter, int times) {
    for (int i = 0; i < times; ++i) {
        co_await async::sleep_for(1s);
        ++counter.value;
        counter.changed.notify_all();
    }
}

Task<void> run_all(std::vector<Task<void>> tasks) {
    co_await async::all(std::move(tasks));
}

Task<bool> wait_in_vain(Counter& counter) {
    Task<void> waiting = until(counter, 1);
    co_return co_await async::with_deadline(std::move(waiting), 5s);
}

}  // namespace

TEST_CASE("those who wait look again whenever something has changed", "[async]") {
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
    Counter counter;
    std::vector<Task<void>> tasks;
    for (const int wanted : {3, 1, 2, 0})
        tasks.push_back(until(counter, wanted));
    tasks.push_back(count(counter, 3));
    loop.run(run_all(std::move(tasks)));
    CHECK(counter.woken == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("one that gives up waiting is not told any more", "[async]") {
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
    Counter counter;
    CHECK_FALSE(loop.run(wait_in_vain(counter)));
    counter.value = 1;
    counter.changed.notify_all();
    CHECK(counter.woken.empty());
}
