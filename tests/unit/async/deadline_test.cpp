#include "async/deadline.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/all.h"
#include "async/event.h"
#include "async/semaphore.h"
#include "async/sleep.h"
#include "support/fake_clock.h"
#include "support/simulated_loop.h"

using async::sleep_for;
using async::Task;
using async::with_deadline;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

namespace {

struct World {
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
};

Task<std::string> give_after(std::string text, milliseconds pause) {
    co_await sleep_for(pause);
    co_return text;
}

Task<std::optional<std::string>> limited(Task<std::string> task, milliseconds most) {
    std::optional<std::string> answer = co_await with_deadline(std::move(task), most);
    co_return answer;
}

Task<void> end_at_once() {
    co_return;
}

Task<void> fail_after(milliseconds pause) {
    co_await sleep_for(pause);
    throw std::runtime_error{"no luck"};
}

Task<bool> limited_void(Task<void> task, milliseconds most) {
    const bool ended = co_await with_deadline(std::move(task), most);
    co_return ended;
}

/// Counts itself while it lives.
class Counted {
  public:
    explicit Counted(int& alive) : alive_(alive) { ++alive_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    Counted(Counted&&) = delete;
    Counted& operator=(Counted&&) = delete;
    ~Counted() { --alive_; }

  private:
    int& alive_;
};

struct Shared {
    async::Semaphore slots{1};
    async::Event event;
    int alive = 0;
    int steps = 0;
};

Task<int> step(Shared& shared) {
    const Counted counted{shared.alive};
    co_await sleep_for(10ms);
    ++shared.steps;
    co_return 1;
}

constexpr milliseconds kShort{5};

/// Waits for all that can be waited for, each some while: 100 ms in all.
Task<void> wait_for_each(Shared& shared) {
    const Counted counted{shared.alive};
    co_await sleep_for(10ms);
    const int one = co_await step(shared);
    const auto owned = std::make_unique<int>(one);
    {
        const async::Semaphore::Permit permit = co_await shared.slots.acquire();
        co_await sleep_for(10ms);
        std::vector<Task<int>> children;
        children.reserve(3);
        for (int i = 0; i < 3; ++i)
            children.push_back(step(shared));
        const std::vector<int> numbers = co_await async::all(std::move(children));
        shared.steps += static_cast<int>(numbers.size());
    }
    Task<int> last = step(shared);
    const std::optional<int> in_time = co_await with_deadline(std::move(last), kShort);
    shared.steps += in_time.value_or(0);
    co_await shared.event.wait();
    shared.steps += *owned;
}

Task<void> set_after(Shared& shared, milliseconds pause) {
    co_await sleep_for(pause);
    shared.event.set();
}

}  // namespace

TEST_CASE("what ends in time gives its answer, and its deadline does not strike later", "[async]") {
    World world;
    CHECK(world.loop.run(limited(give_after("yes", 1s), 2s)) == "yes");
    CHECK(world.clock.passed() == 1s);
    CHECK(world.loop.run(limited_void(end_at_once(), 1ms)));
}

TEST_CASE("what does not end in time is cancelled in that moment", "[async]") {
    World world;
    CHECK(world.loop.run(limited(give_after("yes", 2s), 1s)) == std::nullopt);
    CHECK(world.clock.passed() == 1s);
}

TEST_CASE("if its end and its deadline fall together, the deadline wins", "[async]") {
    World world;
    CHECK(world.loop.run(limited(give_after("yes", 1s), 1s)) == std::nullopt);
}

TEST_CASE("what it throws in time is thrown, later it is not", "[async]") {
    World world;
    CHECK_THROWS_AS(world.loop.run(limited_void(fail_after(1s), 2s)), std::runtime_error);
    CHECK_FALSE(world.loop.run(limited_void(fail_after(2s), 1s)));
}

TEST_CASE("a flow that is cancelled at any moment leaves nothing behind", "[async]") {
    World world;
    // Another flow holds the only place for a while, so that this one waits for that too.
    const auto both = [](Shared& all_of_it, milliseconds most) -> Task<bool> {
        Task<void> flow = wait_for_each(all_of_it);
        const bool ended = co_await with_deadline(std::move(flow), most);
        co_return ended;
    };
    const auto hold = [](Shared& all_of_it) -> Task<bool> {
        const async::Semaphore::Permit permit = co_await all_of_it.slots.acquire();
        co_await sleep_for(30ms);
        co_return true;
    };
    const auto setter = [](Shared& all_of_it) -> Task<bool> {
        co_await set_after(all_of_it, 90ms);
        co_return true;
    };
    const auto run = [&](Shared& shared, milliseconds most) {
        std::vector<Task<bool>> tasks;
        tasks.push_back(hold(shared));
        tasks.push_back(setter(shared));
        tasks.push_back(both(shared, most));
        return world.loop.run([](std::vector<Task<bool>> side_by_side) -> Task<bool> {
            std::vector<bool> ended;
            ended = co_await async::all(std::move(side_by_side));
            co_return ended.back();
        }(std::move(tasks)));
    };
    int cancelled = 0;
    for (auto most = 0ms; most <= 100ms; most += 1ms) {
        Shared shared;
        const bool ended = run(shared, most);
        CAPTURE(most.count());
        CHECK(shared.alive == 0);
        CHECK(ended == (most > 90ms));
        cancelled += ended ? 0 : 1;
        // The place is free again: it can be taken at once.
        const auto before = world.clock.passed();
        world.loop.run([](Shared& all_of_it) -> Task<void> {
            const async::Semaphore::Permit permit = co_await all_of_it.slots.acquire();
        }(shared));
        CHECK(world.clock.passed() == before);
    }
    CHECK(cancelled == 91);
}
