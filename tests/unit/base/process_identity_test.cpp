#include "base/process_identity.h"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace {

/// A child that sleeps until it is ended.
struct Child {
    Child() : pid(::fork()) {
        if (pid != 0) return;
        for (;;)
            ::pause();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    Child(Child&&) = delete;
    Child& operator=(Child&&) = delete;
    ~Child() {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }

    pid_t pid;
};

}  // namespace

TEST_CASE("a process knows itself, and lives", "[base]") {
    const auto self = base::this_process();
    CHECK(self.pid == ::getpid());
    CHECK(self.started > 0);
    CHECK(self.boot_id == base::read_boot_id());
    CHECK_FALSE(self.boot_id.empty());
    CHECK(base::is_alive(self));
}

TEST_CASE("the same pid of another boot or another start is another process", "[base]") {
    auto other = base::this_process();
    SECTION("another boot") {
        other.boot_id = "00000000-0000-0000-0000-000000000000";
    }
    SECTION("another start") {
        other.started += 1;
    }
    SECTION("no pid at all") {
        other.pid = 0;
    }
    CHECK_FALSE(base::is_alive(other));
}

TEST_CASE("a process of which nobody could say when it started lives while its pid does",
          "[base]") {
    auto self = base::this_process();
    self.started = 0;
    CHECK(base::is_alive(self));
}

TEST_CASE("a process lives until it is killed, whether or not someone waits for it", "[base]") {
    const Child child;
    const base::ProcessIdentity identity{base::read_boot_id(), child.pid, 0};
    CHECK(base::is_alive(identity));
    ::kill(child.pid, SIGKILL);
    // Until it has ended, and without waiting it away.
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid), &info, WEXITED | WNOWAIT) == 0);
    CHECK_FALSE(base::is_alive(identity));
    REQUIRE(::waitpid(child.pid, nullptr, 0) == child.pid);
    CHECK_FALSE(base::is_alive(identity));
}

TEST_CASE("an identity is read as it was written", "[base]") {
    const auto self = base::this_process();
    CHECK(base::parse_process_identity(base::to_text(self)) == self);
    CHECK(base::parse_process_identity(base::to_text(self) + "\n") == self);
    const char* text = GENERATE("", "12", "12 13", "x 13 boot", "12 x boot", "0 13 boot",
                                "-4 13 boot", "99999999999 13 boot", "12 13 boot more");
    CAPTURE(text);
    CHECK_FALSE(base::parse_process_identity(text));
}
