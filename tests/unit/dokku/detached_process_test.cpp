#include "dokku/detached_process.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "support/files.h"
#include "support/temp_dir.h"

using Lines = std::vector<std::string>;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

Lines relay(const std::string& script, milliseconds patience, bool stop = false) {
    const auto pipe = dokku::start_session({"/bin/sh", "-c", script});
    REQUIRE(pipe);
    Lines lines;
    dokku::relay_lines(
        *pipe, patience, [&](std::string_view line) { lines.emplace_back(line); },
        [&] { return stop; });
    return lines;
}

}  // namespace

TEST_CASE("lines are passed on until the program lets go", "[dokku][session]") {
    CHECK(relay("echo one; echo two >&2; printf three", seconds{20}) ==
          Lines{"one", "two", "three"});
    // It may live on: what counts is that it does not write any more.
    const auto started = std::chrono::steady_clock::now();
    CHECK(relay("echo one; exec >/dev/null 2>&1; sleep 20", seconds{15}) == Lines{"one"});
    CHECK(std::chrono::steady_clock::now() - started < seconds{10});
}

TEST_CASE("nobody waits longer than told", "[dokku][session]") {
    CHECK(relay("echo one; sleep 20; echo two", milliseconds{500}) == Lines{"one"});
    CHECK(relay("echo one", seconds{20}, true).empty());
}

TEST_CASE("the program has a session of its own and none of our files", "[dokku][session]") {
    const test::TempDir folder;
    const int file = ::open((folder.path() / "lock").c_str(), O_CREAT | O_RDWR, 0600);
    REQUIRE(file > 2);
    const auto lines = relay(
        "cut -d' ' -f6 /proc/$$/stat; echo $$; ls /proc/$$/fd | wc -l; "
        "[ -e /proc/$$/fd/" +
            std::to_string(file) + " ] && echo inherited",
        seconds{20});
    ::close(file);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == lines[1]);
}

TEST_CASE("a program that is not there", "[dokku][session]") {
    const auto pipe = dokku::start_session({"/nonexistent/program"});
    REQUIRE_FALSE(pipe);
    CHECK(pipe.error().kind == base::ErrorKind::not_found);
}

TEST_CASE("a reader that went away is noticed without writing", "[dokku][session]") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    CHECK(dokku::has_reader(ends[1]));
    ::close(ends[0]);
    CHECK_FALSE(dokku::has_reader(ends[1]));
    ::close(ends[1]);
    // Once it was sent to a file it is not waited for.
    const test::TempDir folder;
    const int file = ::open((folder.path() / "log").c_str(), O_CREAT | O_WRONLY, 0600);
    CHECK_FALSE(dokku::has_reader(file));
    ::close(file);
}
