#include "base/file.h"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <set>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/directory.h"
#include "support/files.h"
#include "support/temp_dir.h"

using base::ErrorKind;
using base::Path;
using Catch::Matchers::ContainsSubstring;

namespace {

mode_t mode_of(const Path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

/// Sets the umask for one scope.
class Umask {
  public:
    explicit Umask(mode_t mask) : former_(::umask(mask)) {}
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    Umask(Umask&&) = delete;
    Umask& operator=(Umask&&) = delete;
    ~Umask() { ::umask(former_); }

  private:
    mode_t former_;
};

}  // namespace

TEST_CASE("a file that was put in place reads back byte for byte", "[base]") {
    const test::TempDir dir;
    const std::string content{"a\0b\xff\n", 5};
    REQUIRE(base::replace_file(dir / "f", content, 0600));
    CHECK(base::read_file(dir / "f").value() == content);
    REQUIRE(base::replace_file(dir / "f", "", 0600));
    CHECK(base::read_file(dir / "f").value().empty());
    REQUIRE(base::replace_file(dir / "f", std::string(1'000'000, 'x'), 0600));
    CHECK(base::read_file(dir / "f").value().size() == 1'000'000);
}

TEST_CASE("a missing file is not_found, and the message names it", "[base]") {
    const test::TempDir dir;
    const auto content = base::read_file(dir / "none");
    REQUIRE_FALSE(content);
    CHECK(content.error().kind == ErrorKind::not_found);
    CHECK_THAT(content.error().message, ContainsSubstring((dir / "none").string()));
    CHECK(base::stamp_file(dir / "none").error().kind == ErrorKind::not_found);
    CHECK_FALSE(base::file_exists(dir / "none"));
}

TEST_CASE("a folder is not read as a file, and a file past the bound is refused", "[base]") {
    const test::TempDir dir;
    CHECK(base::read_file(dir.path()).error().kind == ErrorKind::io);
    CHECK_FALSE(base::file_exists(dir.path()));
    REQUIRE(base::replace_file(dir / "f", "12345", 0600));
    CHECK(base::read_file(dir / "f", 5).value() == "12345");
    CHECK(base::read_file(dir / "f", 4).error().kind == ErrorKind::io);
}

TEST_CASE("what is no regular file is neither read nor written, and nobody waits",
          "[base][design-5.2]") {
    const test::TempDir dir;
    REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
    for (const base::Path& path :
         {dir / "pipe", base::Path{"/dev/zero"}, base::Path{"/dev/null"}}) {
        CAPTURE(path);
        const auto content = base::read_file(path);
        REQUIRE_FALSE(content);
        CHECK(content.error().kind == ErrorKind::io);
        CHECK_THAT(content.error().message,
                   ContainsSubstring(path.string()) && ContainsSubstring("no regular file"));
        CHECK_FALSE(base::read_part(path, 0, 10));
        CHECK_FALSE(base::append_line(path, "x", 0600));
    }
    // Also with a process at the other end.
    const int other = ::open((dir / "pipe").c_str(), O_RDWR);
    REQUIRE(other >= 0);
    CHECK_FALSE(base::read_file(dir / "pipe"));
    CHECK_FALSE(base::append_line(dir / "pipe", "x", 0600));
    ::close(other);
}

TEST_CASE("a file that is far too large is refused before it is read", "[base][design-5.2]") {
    const test::TempDir dir;
    REQUIRE(base::replace_file(dir / "f", "x", 0600));
    REQUIRE(::truncate((dir / "f").c_str(), 500L << 20U) == 0);
    const auto content = base::read_file(dir / "f");
    REQUIRE_FALSE(content);
    CHECK(content.error().kind == ErrorKind::io);
    CHECK_THAT(content.error().message, ContainsSubstring("more than 4194304 bytes"));
}

TEST_CASE("what the kernel tells without a size is read whole", "[base][design-5.2]") {
    CHECK_FALSE(base::read_file("/proc/self/status").value().empty());
}

TEST_CASE("a part of a file is what is there of it", "[base][design-5.2]") {
    const test::TempDir dir;
    REQUIRE(base::replace_file(dir / "f", "12345", 0600));
    CHECK(base::read_part(dir / "f", 0, 2).value() == "12");
    CHECK(base::read_part(dir / "f", 3, 10).value() == "45");
    CHECK(base::read_part(dir / "f", 9, 10).value().empty());
    CHECK(base::read_part(dir / "none", 0, 1).error().kind == ErrorKind::not_found);
}

TEST_CASE("a replaced file has exactly its mode, whatever umask and former mode", "[base]") {
    const test::TempDir dir;
    {
        const Umask open{0};
        REQUIRE(base::replace_file(dir / "secret", "key", 0600));
        CHECK(mode_of(dir / "secret") == 0600);
    }
    const Umask closed{0077};
    REQUIRE(base::replace_file(dir / "public", "route", 0644));
    CHECK(mode_of(dir / "public") == 0644);
    REQUIRE(base::replace_file(dir / "public", "secret", 0600));
    CHECK(mode_of(dir / "public") == 0600);
}

TEST_CASE("a file is never to be seen with a wider mode than it ends with", "[base]") {
    // A reader that opened the old file keeps the old inode: the content comes in a new one, which
    // had its mode before it had a byte or a name that anyone knows.
    const test::TempDir dir;
    REQUIRE(base::replace_file(dir / "f", "old", 0644));
    const auto before = base::stamp_file(dir / "f").value();
    std::ifstream reader{dir / "f"};
    REQUIRE(base::replace_file(dir / "f", "secret", 0600));
    CHECK(base::stamp_file(dir / "f").value().inode != before.inode);
    std::string seen;
    reader >> seen;
    CHECK(seen == "old");
}

TEST_CASE("replacing leaves nothing else in the folder, also when it fails", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::replace_file(dir / "f", "x", 0600));
    CHECK(base::list_directory(dir.path()).value() == std::vector<std::string>{"f"});

    REQUIRE(base::make_directories(dir / "taken" / "inside", 0700));
    const auto failed = base::replace_file(dir / "taken", "x", 0600);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == ErrorKind::io);
    CHECK_THAT(failed.error().message, ContainsSubstring((dir / "taken").string()));
    CHECK(base::list_directory(dir.path()).value() == std::vector<std::string>{"f", "taken"});
    CHECK(base::replace_file(dir / "no" / "f", "x", 0600).error().kind == ErrorKind::not_found);
}

TEST_CASE("replacing a symbolic link replaces the link, not what it leads to", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::replace_file(dir / "target", "kept", 0600));
    REQUIRE(base::replace_symlink(dir / "link", "target"));
    REQUIRE(base::replace_file(dir / "link", "new", 0600));
    CHECK_FALSE(std::filesystem::is_symlink(dir / "link"));
    CHECK(base::read_file(dir / "target").value() == "kept");
}

TEST_CASE("a folder that takes files, but nothing into them, is not writable", "[base]") {
    const test::TempDir dir;
    CHECK(base::require_writable_folder(dir.path()));
    const test::Fork child{[&] {
        const rlimit limit{4096, 4096};
        if (std::signal(SIGXFSZ, SIG_IGN) == SIG_ERR) return false;
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
        const auto room = base::require_writable_folder(dir.path());
        return !room && room.error().kind == base::ErrorKind::io;
    }};
    CHECK(child.succeeded());
    CHECK(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("ensure_file leaves a file alone that already is as wanted", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::ensure_file(dir / "f", "same", 0600));
    const auto before = base::stamp_file(dir / "f").value();
    REQUIRE(base::ensure_file(dir / "f", "same", 0600));
    CHECK(base::stamp_file(dir / "f").value() == before);
}

TEST_CASE("ensure_file puts right content, mode and kind", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::replace_file(dir / "f", "old", 0600));
    REQUIRE(base::ensure_file(dir / "f", "new", 0600));
    CHECK(base::read_file(dir / "f").value() == "new");
    REQUIRE(base::ensure_file(dir / "f", "new", 0640));
    CHECK(mode_of(dir / "f") == 0640);
    REQUIRE(base::replace_symlink(dir / "link", "f"));
    REQUIRE(base::ensure_file(dir / "link", "new", 0640));
    CHECK_FALSE(std::filesystem::is_symlink(dir / "link"));
}

TEST_CASE("lines are appended in order, and the file is made with its mode", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::append_line(dir / "log", "one", 0600));
    REQUIRE(base::append_line(dir / "log", "", 0600));
    REQUIRE(base::append_line(dir / "log", "three", 0600));
    CHECK(base::read_file(dir / "log").value() == "one\n\nthree\n");
    CHECK(mode_of(dir / "log") == 0600);
    REQUIRE(base::replace_symlink(dir / "link", "log"));
    CHECK_FALSE(base::append_line(dir / "link", "x", 0600));
}

TEST_CASE("a part of a file is changed in place, and its end added to", "[base]") {
    const test::TempDir dir;
    const base::Path file = dir / "index";
    CHECK(base::write_part(file, 0, "x").error().kind == base::ErrorKind::not_found);
    test::write_file(file, "one two");
    const auto inode = base::stamp_file(file)->inode;
    REQUIRE(base::write_part(file, 0, "ONE"));
    REQUIRE(base::write_part(file, 7, " three"));
    REQUIRE(base::sync_file(file));
    CHECK(test::content_of(file) == "ONE two three");
    CHECK(base::stamp_file(file)->inode == inode);
    std::filesystem::create_symlink(file, dir / "link");
    CHECK_FALSE(base::write_part(dir / "link", 0, "x"));
    REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
    CHECK_FALSE(base::write_part(dir / "pipe", 0, "x"));
    CHECK_FALSE(base::sync_file(dir / "pipe"));
}

TEST_CASE("what a killed writer with a lock left goes with the next write", "[base]") {
    const test::TempDir dir;
    const base::Path file = dir / "shop.json";
    const base::Path left = dir / ".shop.json.tmp";
    test::write_file(left, "half of a state that was lo");
    REQUIRE(::chmod(left.c_str(), 0) == 0);
    REQUIRE(base::replace_locked_file(file, "a state", 0600));
    CHECK(test::content_of(file) == "a state");
    CHECK(test::mode_of(file) == 0600);
    CHECK_FALSE(std::filesystem::exists(left));
    const auto stamp = base::stamp_file(file);
    REQUIRE(base::ensure_locked_file(file, "a state", 0600));
    CHECK(*base::stamp_file(file) == *stamp);
    test::write_file(left, "x");
    // Others may be at work on files of their own below the same folder.
    REQUIRE(base::remove_leftovers(dir.path()));
    CHECK(std::filesystem::exists(left));
    REQUIRE(base::remove_locked_leftover(file));
    CHECK_FALSE(std::filesystem::exists(left));
}

TEST_CASE("a symbolic link is replaced in one step, also where one was", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::replace_symlink(dir / "current", "/somewhere/a"));
    REQUIRE(base::replace_symlink(dir / "current", "/somewhere/b"));
    CHECK(std::filesystem::read_symlink(dir / "current") == "/somewhere/b");
    CHECK(base::list_directory(dir.path()).value() == std::vector<std::string>{"current"});
}

TEST_CASE("what a killed replacement left is removed, of one file or of all", "[base]") {
    const test::TempDir folder;
    const std::vector<std::string> leftovers{".key.pem.0123456789ab.tmp", ".a.b.0123456789ab.tmp"};
    const std::vector<std::string> others{"key.pem",
                                          ".key.pem.tmp",
                                          ".key.pem.0123456789ag.tmp",
                                          ".key.pem.0123456789abc.tmp",
                                          "key.pem.0123456789ab.tmp",
                                          "..0123456789ab.tmp"};
    const auto fill = [&] {
        for (const auto& names : {leftovers, others}) {
            for (const std::string& name : names)
                std::ofstream{folder.path() / name} << "x";
        }
    };
    const auto left = [&] {
        const auto names = base::list_directory(folder.path());
        REQUIRE(names);
        return std::set<std::string>{names->begin(), names->end()};
    };
    std::set<std::string> expected{others.begin(), others.end()};
    fill();
    REQUIRE(base::remove_leftovers(folder.path()));
    CHECK(left() == expected);
    fill();
    REQUIRE(base::remove_leftovers(folder.path(), "key.pem"));
    expected.insert(".a.b.0123456789ab.tmp");
    CHECK(left() == expected);
    CHECK(base::remove_leftovers(folder.path() / "missing"));
}

TEST_CASE("removing a file that is not there is success", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::replace_file(dir / "f", "x", 0600));
    CHECK(base::remove_file(dir / "f"));
    CHECK(base::remove_file(dir / "f"));
    CHECK_FALSE(base::file_exists(dir / "f"));
    CHECK_FALSE(base::remove_file(dir.path()));
}

TEST_CASE("the stamp of a file changes with a replacement of the same size", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::replace_file(dir / "f", "aaaa", 0600));
    const auto before = base::stamp_file(dir / "f").value();
    CHECK(before.bytes == 4);
    CHECK(base::stamp_file(dir / "f").value() == before);
    REQUIRE(base::replace_file(dir / "f", "bbbb", 0600));
    CHECK_FALSE(base::stamp_file(dir / "f").value() == before);
}
