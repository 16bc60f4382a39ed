#include "dokku/private_files.h"

#include <filesystem>
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
        REQUIRE(dokku::protect_certificate_files(root, {::geteuid(), ::getegid()}));
    }

    test::TempDir directory;
    fs::path root = directory / "shop" / "letsencrypt" / "certs";
};

}  // namespace

TEST_CASE("files with keys and credentials are for their owner alone", "[dokku][pain-24]") {
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

TEST_CASE("no link leads out of the folder", "[dokku][pain-24]") {
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

TEST_CASE("an app without certificates is fine", "[dokku]") {
    const Certificates certs;
    certs.protect();
    fs::create_directories(certs.root.parent_path());
    certs.protect();
    CHECK_FALSE(fs::exists(certs.root));
}
