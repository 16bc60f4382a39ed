#include "async/epoll_loop.h"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/all.h"
#include "async/deadline.h"
#include "async/event.h"
#include "async/readiness.h"
#include "async/sleep.h"
#include "async/timer.h"
#include "async/watch.h"
#include "base/clock.h"
#include "base/unique_fd.h"

using async::Readiness;
using async::Task;
using async::until_ready;
using async::Watch;
using base::UniqueFd;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

namespace {

constexpr Readiness kToRead{.to_read = true};

struct World {
    base::SystemClock clock;
    async::EpollLoop loop{clock};
};

struct Pair {
    Pair() {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        near = UniqueFd{ends[0]};
        far = UniqueFd{ends[1]};
    }

    void write() const { REQUIRE(::write(far.get(), "x", 1) == 1); }
    void read() const {
        std::array<char, 8> bytes{};
        REQUIRE(::read(near.get(), bytes.data(), bytes.size()) > 0);
    }

    UniqueFd near;
    UniqueFd far;
};

Task<bool> ready_within(int fd, Readiness wanted, milliseconds most) {
    auto wait = [](int watched, Readiness what) -> Task<bool> {
        const Readiness ready = co_await until_ready(watched, what);
        co_return ready.any();
    };
    Task<bool> ready = wait(fd, wanted);
    const std::optional<bool> in_time = co_await async::with_deadline(std::move(ready), most);
    co_return in_time.value_or(false);
}

Task<void> write_after(const Pair& pair, milliseconds pause) {
    co_await async::sleep_for(pause);
    pair.write();
}

Task<void> pause_for(milliseconds pause) {
    co_await async::sleep_for(pause);
}

Task<void> run_all(std::vector<Task<void>> tasks) {
    co_await async::all(std::move(tasks));
}

Task<void> wait_for(async::Event& event) {
    co_await event.wait();
}

}  // namespace

TEST_CASE("what can go on at once is not waited for", "[async]") {
    World world;
    constexpr int kTurns = 1000;
    const auto pauses_of_process = [] {
        rusage used{};
        REQUIRE(::getrusage(RUSAGE_SELF, &used) == 0);
        return used.ru_nvcsw;
    };
    const auto take_turns = [](int turns) -> Task<void> {
        for (int i = 0; i < turns; ++i)
            co_await async::sleep_for(0ms);
    };
    const auto before = pauses_of_process();
    world.loop.run(take_turns(kTurns));
    CHECK(pauses_of_process() - before < kTurns / 2);
}

TEST_CASE("a coroutine sleeps on the real clock", "[async]") {
    World world;
    const auto before = world.loop.now();
    world.loop.run(pause_for(30ms));
    CHECK(world.loop.now() - before >= 30ms);
}

TEST_CASE("a descriptor is waited for", "[async]") {
    World world;
    const Pair pair;
    CHECK_FALSE(world.loop.run(ready_within(pair.near.get(), kToRead, 20ms)));
    CHECK(world.loop.run(ready_within(pair.near.get(), {.to_write = true}, 5s)));
    pair.write();
    CHECK(world.loop.run(ready_within(pair.near.get(), kToRead, 5s)));
}

TEST_CASE("the other end's death is readiness for all that is wanted", "[async]") {
    World world;
    Pair pair;
    pair.far.reset();
    CHECK(world.loop.run(ready_within(pair.near.get(), kToRead, 5s)));
    CHECK(world.loop.run(ready_within(pair.near.get(), {.to_write = true}, 5s)));
}

TEST_CASE("a watch that an event of the same batch destroys is not told", "[async]") {
    World world;
    const Pair first;
    const Pair second;
    int told = 0;
    std::optional<Watch> one;
    std::optional<Watch> other;
    async::Event done;
    // Whichever is told first destroys both.
    const auto note = [&](Readiness /*ready*/) {
        ++told;
        one.reset();
        other.reset();
        done.set();
    };
    one.emplace(world.loop, first.near.get(), kToRead, note);
    other.emplace(world.loop, second.near.get(), kToRead, note);
    first.write();
    second.write();
    world.loop.run(wait_for(done));
    world.loop.run(pause_for(5ms));
    CHECK(told == 1);
}

TEST_CASE("a descriptor that takes over a number within a batch is not told of what was before",
          "[async]") {
    World world;
    Pair first;
    Pair second;
    Pair third;
    int first_told = 0;
    int later_told = 0;
    std::optional<Watch> one;
    std::optional<Watch> other;
    std::optional<Watch> successor;
    async::Event done;
    const auto later = [&](Readiness /*ready*/) { ++later_told; };
    // Whichever is told first closes the other one's descriptor; the third pair's takes its number.
    const auto succeed = [&](std::optional<Watch>& gone, Pair& of_it) {
        ++first_told;
        const int number = of_it.near.get();
        gone.reset();
        of_it.near.reset();
        REQUIRE(::fcntl(third.near.get(), F_DUPFD_CLOEXEC, number) == number);
        of_it.near = UniqueFd{number};
        successor.emplace(world.loop, number, kToRead, later);
        done.set();
    };
    one.emplace(world.loop, first.near.get(), kToRead, [&](Readiness /*ready*/) {
        first.read();
        succeed(other, second);
    });
    other.emplace(world.loop, second.near.get(), kToRead, [&](Readiness /*ready*/) {
        second.read();
        succeed(one, first);
    });
    first.write();
    second.write();
    world.loop.run(wait_for(done));
    world.loop.run(pause_for(5ms));
    CHECK(first_told == 1);
    CHECK(later_told == 0);
}

TEST_CASE("a watch whose descriptor was closed before it leaves its number's successor alone",
          "[async]") {
    World world;
    Pair pair;
    const Pair other;
    int told = 0;
    const int number = pair.near.get();
    auto late = std::make_unique<Watch>(world.loop, number, kToRead, [](Readiness) {});
    pair.near.reset();
    REQUIRE(::fcntl(other.near.get(), F_DUPFD_CLOEXEC, number) == number);
    const UniqueFd successor{number};
    const Watch watch{world.loop, number, kToRead, [&](Readiness /*ready*/) { ++told; }};
    late.reset();
    other.write();
    world.loop.run(pause_for(5ms));
    CHECK(told > 0);
}

TEST_CASE("what a watch wants can be changed", "[async]") {
    World world;
    const Pair pair;
    int told = 0;
    Watch watch{world.loop, pair.near.get(), kToRead, [&](Readiness /*ready*/) { ++told; }};
    world.loop.run(pause_for(5ms));
    CHECK(told == 0);
    watch.change({.to_write = true});
    world.loop.run(pause_for(5ms));
    CHECK(told > 0);
}

TEST_CASE("a thousand descriptors and sleeps at once", "[async]") {
    World world;
    std::vector<std::unique_ptr<Pair>> pairs;
    std::vector<Task<void>> tasks;
    const auto read_one = [](const Pair& pair) -> Task<void> {
        const Readiness ready = co_await until_ready(pair.near.get(), kToRead);
        CHECK(ready.to_read);
        pair.read();
    };
    for (int i = 0; i < 200; ++i) {
        pairs.push_back(std::make_unique<Pair>());
        tasks.push_back(read_one(*pairs.back()));
        tasks.push_back(write_after(*pairs.back(), milliseconds{i % 7}));
    }
    world.loop.run(run_all(std::move(tasks)));
}

TEST_CASE("a timer that sets itself for now does not keep descriptors from their turn", "[async]") {
    World world;
    const Pair pair;
    pair.write();
    int fired = 0;
    std::optional<async::Timer> timer;
    timer.emplace(world.loop, [&] {
        ++fired;
        timer->set(world.loop.now());
    });
    timer->set(world.loop.now());
    CHECK(world.loop.run(ready_within(pair.near.get(), kToRead, 5s)));
    CHECK(fired >= 1);
}

TEST_CASE("a regular file cannot be watched", "[async]") {
    World world;
    const UniqueFd file{::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
    CHECK_THROWS_AS(world.loop.run(ready_within(file.get(), kToRead, 1s)), std::system_error);
}
