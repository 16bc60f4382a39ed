#include "async/task.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "async/event.h"
#include "async/sleep.h"
#include "support/fake_clock.h"
#include "support/simulated_loop.h"

using async::sleep_for;
using async::Task;
using namespace std::chrono_literals;

namespace {

struct World {
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
};

/// Writes down its end.
class Noted {
  public:
    Noted(std::vector<std::string>& ends, std::string name) : ends_(ends), name_(std::move(name)) {}
    Noted(const Noted&) = delete;
    Noted& operator=(const Noted&) = delete;
    Noted(Noted&&) = delete;
    Noted& operator=(Noted&&) = delete;
    ~Noted() { ends_.push_back(name_); }

  private:
    std::vector<std::string>& ends_;
    std::string name_;
};

Task<int> give(int number) {
    co_return number;
}

Task<std::string> give_late(std::string text) {
    co_await sleep_for(1s);
    co_return text;
}

Task<int> add_up(int count) {
    int sum = 0;
    for (int i = 0; i < count; ++i) {
        const int one = co_await give(1);
        sum += one;
    }
    co_return sum;
}

Task<int> nest(int depth) {
    if (depth == 0) co_return 0;
    const int below = co_await nest(depth - 1);
    co_return below + 1;
}

Task<int> fail_late() {
    co_await sleep_for(1s);
    throw std::runtime_error{"no luck"};
}

Task<std::string> catch_it() {
    std::string what;
    try {
        static_cast<void>(co_await fail_late());
    } catch (const std::runtime_error& thrown) {
        what = thrown.what();
    }
    co_await sleep_for(1s);
    co_return what + " caught";
}

Task<std::unique_ptr<int>> give_owned(std::unique_ptr<int> owned) {
    co_await sleep_for(1s);
    co_return owned;
}

}  // namespace

TEST_CASE("a task gives what it returns, at once or after a while", "[async]") {
    World world;
    CHECK(world.loop.run(give(7)) == 7);
    CHECK(world.clock.passed() == 0s);
    CHECK(world.loop.run(give_late("late")) == "late");
    CHECK(world.clock.passed() == 1s);
    CHECK(*world.loop.run(give_owned(std::make_unique<int>(3))) == 3);
}

TEST_CASE("a million awaits that complete at once need no stack", "[async]") {
    World world;
    CHECK(world.loop.run(add_up(1'000'000)) == 1'000'000);
}

TEST_CASE("a hundred thousand tasks within each other start and end without a deep stack",
          "[async]") {
    // Their destruction is not deep either: each has ended before the one that awaits it goes on.
    World world;
    CHECK(world.loop.run(nest(100'000)) == 100'000);
}

TEST_CASE("what a task throws is thrown where it is awaited", "[async]") {
    World world;
    CHECK_THROWS_MATCHES(world.loop.run(fail_late()), std::runtime_error,
                         Catch::Matchers::Message("no luck"));
    CHECK(world.loop.run(catch_it()) == "no luck caught");
}

TEST_CASE("a task that is never awaited does nothing and is destroyed", "[async]") {
    bool ran = false;
    {
        const auto note = [](bool& done) -> Task<void> {
            done = true;
            co_return;
        };
        const Task<void> task = note(ran);
        CHECK_FALSE(task.done());
    }
    CHECK_FALSE(ran);
}

TEST_CASE("a task that is assigned to another one destroys what that was", "[async]") {
    std::vector<std::string> ends;
    const auto flow = [](std::vector<std::string>& noted, std::string name) -> Task<void> {
        const Noted note{noted, std::move(name)};
        co_await sleep_for(1s);
    };
    World world;
    world.loop.run([](auto& make, auto& noted) -> Task<void> {
        Task<void> task = make(noted, "first");
        co_await task;
        task = make(noted, "second");
        co_await task;
    }(flow, ends));
    CHECK(ends == std::vector<std::string>{"first", "second"});
}

TEST_CASE("locals are released in their order before the coroutine that awaits goes on",
          "[async]") {
    std::vector<std::string> ends;
    const auto inner = [](std::vector<std::string>& noted) -> Task<void> {
        const Noted first{noted, "inner, first"};
        const Noted second{noted, "inner, second"};
        co_await sleep_for(1s);
    };
    World world;
    world.loop.run([](auto& child, auto& noted) -> Task<void> {
        const Noted outer{noted, "outer"};
        co_await child(noted);
        noted.emplace_back("outer goes on");
    }(inner, ends));
    CHECK(ends ==
          std::vector<std::string>{"inner, second", "inner, first", "outer goes on", "outer"});
}

TEST_CASE("a loop cannot be run by what runs on it, and goes on afterwards", "[async]") {
    World world;
    const auto nested = [](async::Loop& loop) -> Task<int> { co_return loop.run(give(1)); };
    CHECK_THROWS_AS(world.loop.run(nested(world.loop)), std::logic_error);
    CHECK(world.loop.run(give(2)) == 2);
}

TEST_CASE("a loop on which nothing can ever happen says so", "[async]") {
    World world;
    async::Event never;
    const auto wait = [](async::Event& event) -> Task<void> { co_await event.wait(); };
    CHECK_THROWS_AS(world.loop.run(wait(never)), std::logic_error);
}
