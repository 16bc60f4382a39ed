#include "base/directory.h"

#include <string>
#include <sys/stat.h>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "base/file.h"
#include "support/temp_dir.h"

using base::ErrorKind;
using base::Path;
using Names = std::vector<std::string>;

namespace {

mode_t mode_of(const Path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

}  // namespace

TEST_CASE("missing folders are made with the mode, present ones keep theirs", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::make_directories(dir / "a", 0750));
    REQUIRE(base::make_directories(dir / "a" / "b" / "c", 0700));
    CHECK(mode_of(dir / "a") == 0750);
    CHECK(mode_of(dir / "a" / "b") == 0700);
    CHECK(mode_of(dir / "a" / "b" / "c") == 0700);
    REQUIRE(base::make_directories(dir / "a" / "b" / "c", 0755));
    CHECK(mode_of(dir / "a" / "b" / "c") == 0700);
}

TEST_CASE("the umask does not narrow a folder that nginx must read", "[base]") {
    const test::TempDir dir;
    const mode_t former = ::umask(0077);
    const auto made = base::make_directories(dir / "webroot", 0755);
    ::umask(former);
    REQUIRE(made);
    CHECK(mode_of(dir / "webroot") == 0755);
}

TEST_CASE("a file in the way of a folder is an error", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::replace_file(dir / "file", "", 0600));
    CHECK_FALSE(base::make_directories(dir / "file" / "below", 0700));
    CHECK_FALSE(base::make_directories(dir / "file", 0700));
    CHECK_FALSE(base::directory_exists(dir / "file"));
    CHECK(base::directory_exists(dir.path()));
}

TEST_CASE("a folder is listed in bytewise order, a missing one has no names", "[base]") {
    const test::TempDir dir;
    for (const char* name : {"b", "a", "B", ".hidden"})
        REQUIRE(base::replace_file(dir / name, "", 0600));
    CHECK(base::list_directory(dir.path()).value() == Names{".hidden", "B", "a", "b"});
    CHECK(base::list_directory(dir / "none").value().empty());
    CHECK(base::list_directory(dir / "a").error().kind == ErrorKind::io);
}

TEST_CASE("a tree is removed without following its links", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::make_directories(dir / "kept", 0700));
    REQUIRE(base::replace_file(dir / "kept" / "f", "x", 0600));
    REQUIRE(base::make_directories(dir / "tree" / "deep", 0700));
    REQUIRE(base::replace_symlink(dir / "tree" / "deep" / "link", dir / "kept"));
    REQUIRE(base::remove_tree(dir / "tree"));
    CHECK(base::list_directory(dir.path()).value() == Names{"kept"});
    CHECK(base::file_exists(dir / "kept" / "f"));
    CHECK(base::remove_tree(dir / "tree"));
}

TEST_CASE("two folders change places in one step", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::make_directories(dir / "tls", 0750));
    REQUIRE(base::make_directories(dir / "staged", 0750));
    REQUIRE(base::replace_file(dir / "tls" / "server.crt", "old", 0600));
    REQUIRE(base::replace_file(dir / "staged" / "server.crt", "new", 0600));
    const auto exchanged = base::exchange_directories(dir / "staged", dir / "tls");
    REQUIRE(exchanged);
    REQUIRE(*exchanged);
    CHECK(base::read_file(dir / "tls" / "server.crt").value() == "new");
    CHECK(base::read_file(dir / "staged" / "server.crt").value() == "old");
}

TEST_CASE("an exchange with a folder that is not there changes nothing", "[base]") {
    const test::TempDir dir;
    REQUIRE(base::make_directories(dir / "tls", 0750));
    const auto exchanged = base::exchange_directories(dir / "staged", dir / "tls");
    REQUIRE_FALSE(exchanged);
    CHECK(exchanged.error().kind == ErrorKind::not_found);
    CHECK(base::directory_exists(dir / "tls"));
}
