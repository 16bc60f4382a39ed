#include "base/lock.h"

#include <array>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/process.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

using base::ErrorKind;
using base::FileLock;
using base::Path;

namespace {

/// Another process that holds the lock until it is ended.
class Holder {
  public:
    explicit Holder(const Path& path) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            const auto lock = FileLock::try_acquire(path);
            const char answer = lock ? 'y' : 'n';
            if (::write(ends[1], &answer, 1) == 1) ::pause();
            ::_exit(0);
        }
        ::close(ends[1]);
        char answer = 0;
        REQUIRE(::read(ends[0], &answer, 1) == 1);
        ::close(ends[0]);
        holds_ = answer == 'y';
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    Holder(Holder&&) = delete;
    Holder& operator=(Holder&&) = delete;
    ~Holder() { kill_it(); }

    bool holds() const { return holds_; }
    pid_t pid() const { return pid_; }

    void kill_it() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

  private:
    pid_t pid_ = 0;
    bool holds_ = false;
};

void check_is_found(const Path& path, const Holder& holder) {
    const auto found = base::find_lock_holder(path);
    REQUIRE(found);
    CHECK(found->process.pid == holder.pid());
    CHECK(found->held() >= std::chrono::seconds{0});
    CHECK(found->held() < std::chrono::minutes{1});
}

}  // namespace

TEST_CASE("of two processes one gets the lock, and a killed holder frees it", "[base]") {
    const test::TempDir dir;
    Holder holder{dir / "lock"};
    REQUIRE(holder.holds());
    const auto refused = FileLock::try_acquire(dir / "lock");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::busy);
    CHECK_THAT(refused.error().message, Catch::Matchers::ContainsSubstring("lock"));
    holder.kill_it();
    CHECK(FileLock::try_acquire(dir / "lock"));
}

TEST_CASE("a lock ends with its owner", "[base]") {
    const test::TempDir dir;
    {
        const auto lock = FileLock::try_acquire(dir / "lock");
        REQUIRE(lock);
        CHECK_FALSE(FileLock::try_acquire(dir / "lock"));
    }
    CHECK(FileLock::try_acquire(dir / "lock"));
}

TEST_CASE("a lock on a file that is gone keeps nobody out of the new one", "[base]") {
    const test::TempDir folder;
    const Path path = folder.path() / "lock";
    const auto old = FileLock::try_acquire(path);
    REQUIRE(old);
    REQUIRE(base::remove_file(path));
    const auto fresh = FileLock::try_acquire(path);
    REQUIRE(fresh);
    CHECK(FileLock::try_acquire(path).error().kind == ErrorKind::busy);
}

TEST_CASE("waiting for a lock ends with busy once patience is over", "[base]") {
    const test::TempDir dir;
    const auto held = FileLock::try_acquire(dir / "lock");
    REQUIRE(held);
    test::FakeClock clock;
    const auto lock = FileLock::acquire(dir / "lock", std::chrono::seconds{3}, clock);
    REQUIRE_FALSE(lock);
    CHECK(lock.error().kind == ErrorKind::busy);
    CHECK(clock.passed() >= std::chrono::seconds{3});
    CHECK(clock.passed() < std::chrono::seconds{4});
}

TEST_CASE("a free lock is taken without waiting, a folder that is missing is no lock", "[base]") {
    const test::TempDir dir;
    test::FakeClock clock;
    CHECK(FileLock::acquire(dir / "lock", std::chrono::seconds{3}, clock));
    const auto lost = FileLock::acquire(dir / "no" / "lock", std::chrono::seconds{3}, clock);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().kind == ErrorKind::not_found);
    CHECK(clock.passed() == std::chrono::milliseconds{0});
}

TEST_CASE("a program that we start does not inherit the lock", "[base]") {
    const test::TempDir dir;
    std::optional<FileLock> lock = FileLock::try_acquire(dir / "lock").value();
    // The background child outlives its shell; it would keep an inherited descriptor open.
    base::Command command;
    command.argv = {"sh", "-c", "sleep 5 >/dev/null 2>&1 &"};
    const auto exit = base::run(command);
    REQUIRE(exit);
    CHECK(exit->ok());
    lock.reset();
    CHECK(FileLock::try_acquire(dir / "lock"));
}

TEST_CASE("the file of a lock tells who holds it, and since when", "[base]") {
    const test::TempDir dir;
    const Path path = dir / "lock";
    CHECK_FALSE(base::find_lock_holder(path));
    Holder holder{path};
    REQUIRE(holder.holds());
    check_is_found(path, holder);
    holder.kill_it();
    CHECK_FALSE(base::find_lock_holder(path));  // it left its words behind
    {
        auto lock = FileLock::try_acquire(path);
        REQUIRE(lock);
        CHECK(base::find_lock_holder(path)->process == base::this_process());
        const FileLock moved = std::move(*lock);
        CHECK(base::find_lock_holder(path));
    }
    CHECK_FALSE(base::find_lock_holder(path));
    CHECK(base::read_file(path).value().empty());
}

TEST_CASE("the kernel tells who holds a lock whose file does not", "[base]") {
    const test::TempDir dir;
    const Path path = dir / "lock";
    Holder holder{path};
    REQUIRE(holder.holds());
    const std::string text = GENERATE("", "garbage");
    REQUIRE(::truncate(path.c_str(), 0) == 0);
    std::ofstream{path} << text;
    check_is_found(path, holder);
    holder.kill_it();
    CHECK_FALSE(base::find_lock_holder(path));
}

TEST_CASE("what a lock's file never held names no holder", "[base]") {
    const test::TempDir dir;
    const Path path = dir / "lock";
    const std::string self = base::to_text(base::this_process());
    for (const std::string& text : {std::string{"nonsense"}, self, self + " soon", " " + self}) {
        CAPTURE(text);
        REQUIRE(base::replace_file(path, text, 0600));
        CHECK_FALSE(base::find_lock_holder(path));
    }
    REQUIRE(base::replace_file(path, self + " 5\n", 0600));
    CHECK(base::find_lock_holder(path)->since == std::chrono::seconds{5});
}
