#include "async/last_words.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "async/event.h"
#include "async/sleep.h"
#include "async/task.h"
#include "base/clock.h"

using namespace std::chrono_literals;

namespace {

async::Task<void> wait_long(int ready) {
    [[maybe_unused]] const ssize_t told = ::write(ready, "r", 1);
    co_await async::sleep_for(30s);
}

/// A process that waits on a loop, with `bye` as its last words.
[[noreturn]] void live(int said) {
    // A test that is run by nohup ignores SIGHUP.
    for (const int one : {SIGTERM, SIGINT, SIGHUP})
        ::signal(one, SIG_DFL);
    base::SystemClock clock;
    async::EpollLoop loop{clock};
    const async::LastWords words{
        loop, [said] { [[maybe_unused]] const ssize_t told = ::write(said, "bye", 3); }};
    loop.run(wait_long(said));
    std::_Exit(0);
}

async::Task<void> wait_for_nothing() {
    async::Event never;
    co_await never.wait();
}

}  // namespace

TEST_CASE("a process that is asked to end says its last words and ends by that signal", "[async]") {
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP);
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) live(ends[1]);
    ::close(ends[1]);
    char ready = 0;
    REQUIRE(::read(ends[0], &ready, 1) == 1);
    REQUIRE(::kill(child, signal) == 0);
    std::array<char, 8> said{};
    CHECK(::read(ends[0], said.data(), said.size()) == 3);
    CHECK(std::string{said.data()} == "bye");
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    ::close(ends[0]);
}

TEST_CASE("what a process ignores, as nohup has it, it goes on ignoring", "[async]") {
    base::SystemClock clock;
    async::EpollLoop loop{clock};
    struct sigaction before {};
    struct sigaction ignoring {};
    ignoring.sa_handler = SIG_IGN;
    REQUIRE(::sigaction(SIGHUP, &ignoring, &before) == 0);
    {
        const async::LastWords words{loop, [] {}};
        struct sigaction now {};
        REQUIRE(::sigaction(SIGHUP, nullptr, &now) == 0);
        CHECK(now.sa_handler == SIG_IGN);
    }
    REQUIRE(::sigaction(SIGHUP, &before, nullptr) == 0);
}

TEST_CASE("that alone keeps no loop waiting", "[async]") {
    base::SystemClock clock;
    async::EpollLoop loop{clock};
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    loop.listen_beside(ends[0], [] {});
    CHECK_THROWS_AS(loop.run(wait_for_nothing()), std::logic_error);
    ::close(ends[0]);
    ::close(ends[1]);
}
