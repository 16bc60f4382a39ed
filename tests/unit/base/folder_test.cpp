#include "base/folder.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "base/directory.h"
#include "support/files.h"
#include "support/temp_dir.h"

namespace fs = std::filesystem;

TEST_CASE("what is written below a folder's path is in that folder", "[base]") {
    const test::TempDir root;
    fs::create_directory(root / "shop");
    const auto folder = base::Folder::open(root / "shop");
    REQUIRE(folder);
    CHECK(folder->name() == root / "shop");
    CHECK(folder->is_at(root / "shop"));
    REQUIRE(base::make_directories(folder->path() / "a/b", 0700));
    REQUIRE(base::replace_file(folder->path() / "a/b/file", "content", 0600));
    REQUIRE(base::ensure_file(folder->path() / "a/b/file", "content", 0600));
    REQUIRE(base::replace_symlink(folder->path() / "link", "a/b"));
    CHECK(test::content_of(root / "shop/link/file") == "content");
    CHECK(base::read_file(folder->path() / "link/file").value() == "content");
    REQUIRE(base::remove_tree(folder->path() / "a"));
    CHECK_FALSE(fs::exists(root / "shop/a"));
}

TEST_CASE("a folder made anew under the same name is another one", "[base]") {
    const test::TempDir root;
    fs::create_directory(root / "shop");
    const auto folder = base::Folder::open(root / "shop").value();
    fs::remove(root / "shop");
    CHECK_FALSE(folder.is_at(root / "shop"));
    fs::create_directory(root / "shop");
    CHECK_FALSE(folder.is_at(root / "shop"));

    const auto written = base::replace_file(folder.path() / "key", "secret", 0600);
    REQUIRE_FALSE(written);
    CHECK(written.error().kind == base::ErrorKind::not_found);
    CHECK_FALSE(base::make_directories(folder.path() / "tls", 0750));
    CHECK(fs::is_empty(root / "shop"));
}

TEST_CASE("a folder that was moved is followed, not its old name", "[base]") {
    const test::TempDir root;
    fs::create_directory(root / "shop");
    const auto folder = base::Folder::open(root / "shop").value();
    fs::rename(root / "shop", root / "blog");
    fs::create_directory(root / "shop");
    REQUIRE(base::replace_file(folder.path() / "file", "x", 0600));
    CHECK(fs::exists(root / "blog/file"));
    CHECK(folder.is_at(root / "blog"));
    CHECK_FALSE(folder.is_at(root / "shop"));
}

TEST_CASE("a failure below a folder is told with the operator's name of it", "[base]") {
    const test::TempDir root;
    fs::create_directory(root / "shop");
    const auto folder = base::Folder::open(root / "shop").value();
    const auto failure = base::read_file(folder.path() / "tls/server.crt");
    REQUIRE_FALSE(failure);
    const auto told = folder.readable(failure.error());
    CHECK(told.message ==
          "reading " + (root / "shop/tls/server.crt").string() + ": No such file or directory");
    base::Error other;
    other.message = folder.path().string() + "7 and " + folder.path().string();
    other.steps = {"rm " + folder.path().string() + "/x"};
    const auto both = folder.readable(other);
    CHECK(both.message == folder.path().string() + "7 and " + (root / "shop").string());
    CHECK(both.steps.front() == "rm " + (root / "shop/x").string());
}

TEST_CASE("no folder is no folder", "[base]") {
    const test::TempDir root;
    test::write_file(root / "file", "x");
    const auto missing = base::Folder::open(root / "missing");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == base::ErrorKind::not_found);
    const auto file = base::Folder::open(root / "file");
    REQUIRE_FALSE(file);
    CHECK(file.error().kind == base::ErrorKind::io);
}

TEST_CASE("a folder that rests is found again at its name, and no other one there", "[base]") {
    const test::TempDir root;
    fs::create_directory(root / "shop");
    auto folder = base::Folder::open(root / "shop").value();
    folder.rest();
    CHECK_FALSE(folder.is_awake());
    CHECK(folder.is_at(root / "shop"));
    REQUIRE(folder.wake());
    REQUIRE(folder.wake());
    REQUIRE(base::replace_file(folder.path() / "file", "x", 0600));
    CHECK(fs::exists(root / "shop/file"));

    folder.rest();
    fs::remove_all(root / "shop");
    CHECK_FALSE(folder.is_at(root / "shop"));
    CHECK_FALSE(folder.wake());
    fs::create_directory(root / "shop");  // it may get the inode of the one before
    CHECK_FALSE(folder.is_at(root / "shop"));
    const auto another = folder.wake();
    REQUIRE_FALSE(another);
    CHECK(another.error().kind == base::ErrorKind::not_found);
}
