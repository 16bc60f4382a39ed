#include "base/process.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using base::Command;
using base::ErrorKind;
using Lines = std::vector<std::string>;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

struct Run {
    base::Exit exit;
    Lines output;
    Lines errors;
};

Run run_shell(const std::string& script, Command command = {}) {
    Run run;
    command.argv = {"sh", "-c", script};
    command.on_output = [&](std::string_view line) { run.output.emplace_back(line); };
    command.on_error = [&](std::string_view line) { run.errors.emplace_back(line); };
    auto exit = base::run(command);
    REQUIRE(exit);
    run.exit = *exit;
    return run;
}

base::Result<base::Exit> run_alone(const std::string& program) {
    Command command;
    command.argv = {program};
    return base::run(command);
}

Command with_deadline(milliseconds deadline) {
    Command command;
    command.deadline = deadline;
    return command;
}

}  // namespace

TEST_CASE("the exit code of a program comes back", "[base]") {
    CHECK(run_shell("exit 0").exit.ok());
    CHECK(run_shell("exit 7").exit.code == 7);
    CHECK_FALSE(run_shell("exit 7").exit.ok());
}

TEST_CASE("a program ended by a signal gives 128 and its number", "[base]") {
    CHECK(run_shell("kill -KILL $$").exit.code == 137);
    CHECK(run_shell("kill -TERM $$").exit.code == 143);
    CHECK_FALSE(run_shell("kill -TERM $$").exit.timed_out);
}

TEST_CASE("stdout and stderr come line by line, each to its own sink", "[base]") {
    const Run run = run_shell("echo one; echo; echo two >&2; printf three");
    CHECK(run.output == Lines{"one", "", "three"});
    CHECK(run.errors == Lines{"two"});
    CHECK(run_shell("true").output.empty());
}

TEST_CASE("more output than a pipe holds comes through whole", "[base]") {
    const Run run = run_shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done");
    REQUIRE(run.output.size() == 20'000);
    CHECK(run.output.front() == "line 0");
    CHECK(run.output.back() == "line 19999");
    CHECK(run_shell("head -c 300000 /dev/zero | tr '\\0' x").output.front().size() == 300'000);
}

TEST_CASE("arguments reach the program as they are, without a shell", "[base]") {
    Lines output;
    Command command;
    command.argv = {"printf", "%s\\n", "a b", "$HOME", "'; exit 3", ""};
    command.on_output = [&](std::string_view line) { output.emplace_back(line); };
    const auto exit = base::run(command);
    REQUIRE(exit);
    CHECK(output == Lines{"a b", "$HOME", "'; exit 3", ""});
}

TEST_CASE("stdin is empty, so no program waits for a person", "[base]") {
    CHECK(run_shell("cat; echo done").output == Lines{"done"});
}

TEST_CASE("a program that is not there is not_found and named", "[base]") {
    for (const char* program : {"no-such-program-here", "/no/such/program"}) {
        const auto exit = run_alone(program);
        REQUIRE_FALSE(exit);
        CHECK(exit.error().kind == ErrorKind::not_found);
        CHECK_THAT(exit.error().message, Catch::Matchers::ContainsSubstring(program));
    }
    const auto folder = run_alone("/");
    REQUIRE_FALSE(folder);
    CHECK(folder.error().kind == ErrorKind::io);
}

TEST_CASE("past its deadline a program gets TERM and may still clean up", "[base]") {
    const Run run = run_shell("trap 'echo cleaned; exit 5' TERM; while :; do sleep 0.05; done",
                              with_deadline(milliseconds{200}));
    CHECK(run.exit.timed_out);
    CHECK_FALSE(run.exit.ok());
    CHECK(run.output == Lines{"cleaned"});
}

TEST_CASE("a program that ignores TERM is killed after the grace", "[base][slow]") {
    const auto start = steady_clock::now();
    const Run run =
        run_shell("trap '' TERM; while :; do sleep 0.05; done", with_deadline(milliseconds{50}));
    CHECK(run.exit.timed_out);
    CHECK(run.exit.code == 137);
    CHECK(steady_clock::now() - start < std::chrono::seconds{10});
}

TEST_CASE("a background child that keeps the pipe open does not hold us", "[base]") {
    const auto start = steady_clock::now();
    const Run run = run_shell("sleep 8 & echo started");
    CHECK(run.exit.ok());
    CHECK(run.output == Lines{"started"});
    CHECK(steady_clock::now() - start < std::chrono::seconds{5});
}

TEST_CASE("a background child that keeps writing does not hold us", "[base]") {
    const auto start = steady_clock::now();
    const Run run = run_shell("for i in 1 2 3; do timeout 8 yes & done; sleep 0.2; exit 0");
    CHECK(run.exit.ok());
    CHECK(steady_clock::now() - start < std::chrono::seconds{5});
}

TEST_CASE("variables are added, replaced and taken out", "[base]") {
    ::setenv("SUITE_KEEP", "kept", 1);
    ::setenv("SUITE_DROP", "dropped", 1);
    ::setenv("SUITE_DROP_NOT", "near miss", 1);
    ::setenv("SUITE_CHANGE", "old", 1);
    Command command;
    command.environment = {{"SUITE_CHANGE", "new"}, {"SUITE_NEW", "a=b c"}};
    command.without_environment = {"SUITE_DROP"};
    const Run run = run_shell(
        "echo $SUITE_KEEP; echo ${SUITE_DROP-gone}; echo $SUITE_DROP_NOT; echo $SUITE_CHANGE; echo "
        "$SUITE_NEW; env | grep -c ^SUITE_CHANGE=",
        command);
    CHECK(run.output == Lines{"kept", "gone", "near miss", "new", "a=b c", "1"});
    for (const char* name : {"SUITE_KEEP", "SUITE_DROP", "SUITE_DROP_NOT", "SUITE_CHANGE"})
        ::unsetenv(name);
}

TEST_CASE("a program may be given an environment that has nothing of ours", "[base]") {
    ::setenv("SUITE_KEEP", "kept", 1);
    Lines output;
    Command command;
    command.argv = {"env"};
    command.inherit_environment = false;
    command.environment = {{"SUITE_ONLY", "a=b c"}};
    command.on_output = [&](std::string_view line) { output.emplace_back(line); };
    const auto exit = base::run(command);
    ::unsetenv("SUITE_KEEP");
    REQUIRE(exit);
    CHECK(exit->ok());
    CHECK(output == Lines{"SUITE_ONLY=a=b c"});
}

TEST_CASE("a stream that nobody gave us is /dev/null, not the next file we open", "[base][fd]") {
    const pid_t child = ::fork();
    if (child == 0) {
        for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            ::close(fd);
        base::open_standard_streams();
        std::array<int, 2> next{};
        const bool opened = ::pipe(next.data()) == 0 && next[0] > STDERR_FILENO;
        struct stat null {};
        struct stat out {};
        const bool is_null = ::stat("/dev/null", &null) == 0 && ::fstat(STDOUT_FILENO, &out) == 0 &&
                             null.st_rdev == out.st_rdev;
        ::_exit(opened && is_null ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
