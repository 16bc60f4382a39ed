#include "async/all.h"

#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "async/deadline.h"
#include "async/sleep.h"
#include "support/fake_clock.h"
#include "support/simulated_loop.h"

using async::all;
using async::sleep_for;
using async::Task;
using namespace std::chrono_literals;

namespace {

constexpr int kMany = 1000;

struct World {
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
};

Task<int> give_after(int number, std::chrono::milliseconds pause) {
    if (pause.count() > 0) co_await sleep_for(pause);
    co_return number;
}

Task<int> throw_after(std::string what, std::chrono::milliseconds pause) {
    co_await sleep_for(pause);
    throw std::runtime_error{what};
}

Task<void> count_after(int& count, std::chrono::milliseconds pause) {
    co_await sleep_for(pause);
    ++count;
}

Task<std::vector<int>> gather(std::vector<Task<int>> tasks) {
    std::vector<int> results = co_await all(std::move(tasks));
    co_return results;
}

Task<void> gather_counts(std::vector<Task<void>> tasks) {
    co_await all(std::move(tasks));
}

}  // namespace

TEST_CASE("tasks side by side take as long as the longest; results come in their order",
          "[async]") {
    World world;
    std::vector<Task<int>> tasks;
    tasks.push_back(give_after(1, 3s));
    tasks.push_back(give_after(2, 0s));
    tasks.push_back(give_after(3, 2s));
    const std::vector<int> results = world.loop.run(gather(std::move(tasks)));
    CHECK(results == std::vector<int>{1, 2, 3});
    CHECK(world.clock.passed() == 3s);
}

TEST_CASE("no tasks, or tasks that end at once, are no wait", "[async]") {
    World world;
    CHECK(world.loop.run(gather({})).empty());
    std::vector<Task<int>> tasks;
    tasks.reserve(kMany);
    for (int i = 0; i < kMany; ++i)
        tasks.push_back(give_after(i, 0s));
    const std::vector<int> results = world.loop.run(gather(std::move(tasks)));
    CHECK(results.size() == kMany);
    CHECK(world.clock.passed() == 0s);
}

TEST_CASE("the first one that throws, in their order, is told once all have ended", "[async]") {
    World world;
    std::vector<Task<int>> tasks;
    tasks.push_back(give_after(1, 5s));
    tasks.push_back(throw_after("late", 4s));
    tasks.push_back(throw_after("early", 1s));
    CHECK_THROWS_MATCHES(world.loop.run(gather(std::move(tasks))), std::runtime_error,
                         Catch::Matchers::Message("late"));
    CHECK(world.clock.passed() == 5s);
}

TEST_CASE("tasks side by side are cancelled together", "[async]") {
    World world;
    int count = 0;
    std::vector<Task<void>> tasks;
    for (int i = 1; i <= 10; ++i)
        tasks.push_back(count_after(count, std::chrono::seconds{i}));
    const bool ended = world.loop.run([](std::vector<Task<void>> children) -> Task<bool> {
        Task<void> together = gather_counts(std::move(children));
        const bool in_time = co_await async::with_deadline(std::move(together), 3500ms);
        co_await sleep_for(20s);
        co_return in_time;
    }(std::move(tasks)));
    CHECK_FALSE(ended);
    CHECK(count == 3);
}
