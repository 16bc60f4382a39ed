#include "async/process.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/all.h"
#include "async/deadline.h"
#include "async/epoll_loop.h"
#include "async/sleep.h"
#include "base/clock.h"

using async::run_process;
using async::Task;
using base::Command;
using base::Exit;
using Lines = std::vector<std::string>;
using Answer = base::Result<Exit>;
using namespace std::chrono_literals;

namespace {

struct World {
    base::SystemClock clock;
    async::EpollLoop loop{clock};
};

Command shell(const std::string& script) {
    Command command;
    command.argv = {"sh", "-c", script};
    command.on_error = [](std::string_view) {};  // a shell tells of what was killed
    return command;
}

Command shell(const std::string& script, Lines& output) {
    Command command = shell(script);
    command.on_output = [&](std::string_view line) { output.emplace_back(line); };
    return command;
}

bool is_alive(const std::string& pid) {
    return ::kill(std::stoi(pid), 0) == 0;
}

/// A killed process that is nobody's child any more is gone as soon as init has seen it.
bool ends_soon(const std::string& pid) {
    base::SystemClock clock;
    for (int look = 0; look < 500 && is_alive(pid); ++look)
        clock.sleep_for(10ms);
    return !is_alive(pid);
}

Task<std::vector<Answer>> run_all(std::vector<Task<Answer>> tasks) {
    std::vector<Answer> answers = co_await async::all(std::move(tasks));
    co_return answers;
}

}  // namespace

TEST_CASE("a program's exit code and lines come back", "[async]") {
    World world;
    Lines output;
    Lines errors;
    Command command = shell("echo one; echo two >&2; printf three; exit 7", output);
    command.on_error = [&](std::string_view line) { errors.emplace_back(line); };
    const auto exit = world.loop.run(run_process(std::move(command)));
    REQUIRE(exit);
    CHECK(exit->code == 7);
    CHECK_FALSE(exit->timed_out);
    CHECK(output == Lines{"one", "three"});
    CHECK(errors == Lines{"two"});
}

TEST_CASE("more output than a pipe holds comes through while it runs", "[async]") {
    World world;
    Lines output;
    const auto exit = world.loop.run(run_process(
        shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done", output)));
    REQUIRE(exit);
    REQUIRE(output.size() == 20'000);
    CHECK(output.back() == "line 19999");
}

TEST_CASE("programs run side by side", "[async]") {
    World world;
    std::vector<Task<Answer>> tasks;
    tasks.reserve(10);
    for (int i = 0; i < 10; ++i)
        tasks.push_back(run_process(shell("sleep 0.5; exit 3")));
    const auto before = world.loop.now();
    const auto answers = world.loop.run(run_all(std::move(tasks)));
    CHECK(world.loop.now() - before < 4s);
    for (const Answer& answer : answers) {
        REQUIRE(answer);
        CHECK(answer->code == 3);
    }
}

TEST_CASE("past its deadline a program is asked to end", "[async]") {
    World world;
    Command command = shell("trap 'exit 9' TERM; while :; do sleep 0.05; done");
    command.deadline = 100ms;
    const auto exit = world.loop.run(run_process(std::move(command)));
    REQUIRE(exit);
    CHECK(exit->timed_out);
    // Its shell waits for the `sleep`, which the signal ends too.
    CHECK(exit->code == 9);
}

TEST_CASE("one that does not heed it is killed, with what it has started", "[async]") {
    World world;
    Lines output;
    Command command =
        shell("trap '' TERM; sleep 600 & echo $!; while :; do sleep 600; done", output);
    command.deadline = 200ms;
    command.grace = 100ms;
    const auto exit = world.loop.run(run_process(std::move(command)));
    REQUIRE(exit);
    CHECK(exit->timed_out);
    CHECK(exit->code == 128 + SIGKILL);
    REQUIRE(output.size() == 1);
    CHECK(ends_soon(output[0]));
}

TEST_CASE("a program whose flow is cancelled is killed, with what it has started", "[async]") {
    World world;
    Lines output;
    const auto limited = [](Command command) -> Task<bool> {
        Task<Answer> answer = run_process(std::move(command));
        const std::optional<Answer> in_time = co_await async::with_deadline(std::move(answer), 1s);
        co_return in_time.has_value();
    };
    CHECK_FALSE(world.loop.run(limited(shell("sleep 600 & echo $$ $!; wait", output))));
    REQUIRE(output.size() == 1);
    const auto space = output[0].find(' ');
    CHECK(ends_soon(output[0].substr(0, space)));
    CHECK(ends_soon(output[0].substr(space + 1)));
}

TEST_CASE("a background process that keeps the pipe open holds nobody up", "[async]") {
    World world;
    Lines output;
    const auto before = world.loop.now();
    const auto exit =
        world.loop.run(run_process(shell("(trap '' TERM; sleep 3) & echo started", output)));
    REQUIRE(exit);
    CHECK(world.loop.now() - before < 2500ms);
    CHECK(output == Lines{"started"});
}

// Under valgrind a program that cannot be started seems to start, and to end at once.
TEST_CASE("a program that is not there is not found", "[async][not-in-valgrind]") {
    World world;
    Command command;
    command.argv = {"/nowhere/at/all"};
    const auto exit = world.loop.run(run_process(std::move(command)));
    REQUIRE_FALSE(exit);
    CHECK(exit.error().kind == base::ErrorKind::not_found);
}
