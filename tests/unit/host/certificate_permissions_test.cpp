#include "host/certificate_permissions.h"

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "support/files.h"
#include "support/temp_dir.h"

namespace fs = std::filesystem;

namespace {

struct Certificates {
    fs::path write(const std::string& name, mode_t mode) const {
        fs::path file = root / name;
        test::write_file(file, "x");
        REQUIRE(::chmod(file.c_str(), mode) == 0);
        return file;
    }
    void protect() const {
        REQUIRE(
            host::protect_certificate_files(directory.path(), "shop", {::geteuid(), ::getegid()}));
    }

    test::TempDir directory;
    fs::path root = directory / "shop" / "letsencrypt" / "certs";
};

}  // namespace

TEST_CASE("files with keys and credentials are for their owner alone", "[host][design-5.7]") {
    const Certificates certs;
    for (const char* name :
         {"1234/docker.env", "1234/config", "1234/docker_options", "1234/key.pem",
          "1234/certificates/a.test.key", "1234/certificates/a.test.pem",
          "1234/accounts/ca.test/you@example.test/keys/you@example.test.key"}) {
        CAPTURE(name);
        const auto file = certs.write(name, 0755);
        certs.protect();
        CHECK(test::mode_of(file) == 0600);
    }
    // Stricter is right as well, and so is what is no secret.
    const auto strict = certs.write("1234/certificates/b.test.key", 0400);
    const auto open = certs.write("1234/certificates/a.test.crt", 0644);
    certs.protect();
    CHECK(test::mode_of(strict) == 0400);
    CHECK(test::mode_of(open) == 0644);
}

TEST_CASE("no link leads out of the folder", "[host][design-5.2]") {
    const Certificates certs;
    certs.write("1234/config", 0600);
    const fs::path elsewhere = certs.directory / "elsewhere";
    test::write_file(elsewhere / "host.key", "x");
    const fs::path outside = elsewhere / "host.key";
    REQUIRE(::chmod(outside.c_str(), 0644) == 0);
    fs::create_symlink(outside, certs.root / "1234" / "a.key");
    fs::create_directory_symlink(elsewhere, certs.root / "current");
    fs::create_hard_link(outside, certs.root / "1234" / "b.key");
    REQUIRE(::mkfifo((certs.root / "1234" / "c.key").c_str(), 0644) == 0);
    certs.protect();
    CHECK(test::mode_of(outside) == 0644);
    // Nor does the folder itself.
    const fs::path moved = certs.directory / "moved";
    fs::rename(certs.root.parent_path(), moved);
    const auto file = moved / "certs" / "1234" / "config";
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    fs::create_directory_symlink(moved, certs.root.parent_path());
    certs.protect();
    CHECK(test::mode_of(file) == 0644);
}

TEST_CASE("an app whose folder is a link is left as it is", "[host]") {
    const Certificates certs;
    const fs::path file = certs.write("1234/config", 0644);
    const fs::path app = certs.directory / "shop";
    fs::rename(app, certs.directory / "moved");
    fs::create_directory_symlink(certs.directory / "moved", app);
    certs.protect();
    CHECK(test::mode_of(file) == 0644);
}

TEST_CASE("an app without certificates is fine", "[host]") {
    const Certificates certs;
    certs.protect();
    fs::create_directories(certs.root.parent_path());
    certs.protect();
    CHECK_FALSE(fs::exists(certs.root));
}

TEST_CASE("a folder is made and given, and a link on the way is refused", "[host]") {
    const test::TempDir lib;
    const dokku::SystemUser owner{::geteuid(), ::getegid()};
    REQUIRE(host::give_folder(lib.path(), {"data", "letsencrypt"}, owner));
    CHECK(fs::is_directory(lib / "data" / "letsencrypt"));
    const fs::path elsewhere = lib / "elsewhere";
    fs::create_directories(elsewhere);
    fs::create_directory_symlink(elsewhere, lib / "config");
    const auto refused = host::give_folder(lib.path(), {"config", "letsencrypt"}, owner);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == base::ErrorKind::invalid_input);
    CHECK_FALSE(fs::exists(elsewhere / "letsencrypt"));
}

TEST_CASE("what is given to another user is no file that a link leads to", "[host]") {
    if (::geteuid() != 0) SKIP("only root can give files away");
    const test::TempDir lib;
    const dokku::SystemUser nobody{65534, 65534};
    const fs::path elsewhere = lib / "elsewhere";
    test::write_file(elsewhere / "shadow", "x");
    test::write_file(lib / "data" / "letsencrypt" / "--global" / "own", "x");
    fs::create_directory_symlink(elsewhere, lib / "data" / "letsencrypt" / "shop");
    fs::create_symlink(elsewhere / "shadow", lib / "data" / "letsencrypt" / "link");
    fs::create_hard_link(elsewhere / "shadow", lib / "data" / "letsencrypt" / "second-name");
    REQUIRE(host::give_folder(lib.path(), {"data", "letsencrypt"}, nobody));
    const auto owner_of = [](const fs::path& path) {
        struct stat info {};
        REQUIRE(::lstat(path.c_str(), &info) == 0);
        return info.st_uid;
    };
    CHECK(owner_of(lib / "data" / "letsencrypt" / "--global" / "own") == nobody.user);
    CHECK(owner_of(elsewhere) == 0);
    CHECK(owner_of(elsewhere / "shadow") == 0);
}
