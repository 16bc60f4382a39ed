#include "async/semaphore.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/all.h"
#include "async/deadline.h"
#include "async/sleep.h"
#include "support/fake_clock.h"
#include "support/simulated_loop.h"

using async::Semaphore;
using async::sleep_for;
using async::Task;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

namespace {

struct World {
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
};

struct Turns {
    explicit Turns(std::size_t places) : slots(places) {}

    Semaphore slots;
    int inside = 0;
    int most = 0;
    std::vector<int> order;
};

Task<void> take_turn(Turns& turns, int number) {
    const Semaphore::Permit permit = co_await turns.slots.acquire();
    turns.order.push_back(number);
    turns.most = std::max(turns.most, ++turns.inside);
    co_await sleep_for(1s);
    --turns.inside;
}

Task<void> run_all(std::vector<Task<void>> tasks) {
    co_await async::all(std::move(tasks));
}

Task<void> limited_turn(Turns& turns, int number, milliseconds most) {
    Task<void> turn = take_turn(turns, number);
    static_cast<void>(co_await async::with_deadline(std::move(turn), most));
}

}  // namespace

TEST_CASE("no more than there are places for, first come first in", "[async]") {
    World world;
    Turns turns{3};
    std::vector<Task<void>> tasks;
    tasks.reserve(10);
    for (int i = 0; i < 10; ++i)
        tasks.push_back(take_turn(turns, i));
    world.loop.run(run_all(std::move(tasks)));
    CHECK(turns.most == 3);
    CHECK(turns.order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(world.clock.passed() == 4s);
}

TEST_CASE("a place that is granted to one that is cancelled before it runs goes on to the next",
          "[async]") {
    World world;
    Turns turns{1};
    std::vector<Task<void>> tasks;
    tasks.push_back(take_turn(turns, 0));
    // Its turn comes after one second, and so does its deadline, which wins.
    tasks.push_back(limited_turn(turns, 1, 1s));
    tasks.push_back(take_turn(turns, 2));
    world.loop.run(run_all(std::move(tasks)));
    CHECK(turns.order == std::vector<int>{0, 2});
    CHECK(world.clock.passed() == 2s);
}

TEST_CASE("one that is cancelled while it waits is left out", "[async]") {
    World world;
    Turns turns{1};
    std::vector<Task<void>> tasks;
    tasks.push_back(take_turn(turns, 0));
    tasks.push_back(limited_turn(turns, 1, 500ms));
    tasks.push_back(take_turn(turns, 2));
    world.loop.run(run_all(std::move(tasks)));
    CHECK(turns.order == std::vector<int>{0, 2});
}

TEST_CASE("a place can be given back early, moved, and exchanged for another one", "[async]") {
    World world;
    Semaphore slots{2};
    world.loop.run([](Semaphore& places) -> Task<void> {
        Semaphore::Permit first = co_await places.acquire();
        Semaphore::Permit second = co_await places.acquire();
        first = std::move(second);
        Semaphore::Permit third = co_await places.acquire();
        third.give_back();
        third.give_back();
        Semaphore::Permit fourth = co_await places.acquire();
    }(slots));
    CHECK(world.clock.passed() == 0s);
}
