#include "tls/exchange.h"

#include <filesystem>
#include <map>
#include <string>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dokku_host.h"

namespace {

namespace fs = std::filesystem;

tls::TlsPair new_pair() {
    return {"new chain\n", base::Secret{"new key\n"}};
}

/// All files below a folder with their content, by relative path.
std::map<std::string, std::string> files_in(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        if (entry.is_regular_file()) {
            files[fs::relative(entry.path(), folder)] = base::read_file(entry.path()).value();
        }
    }
    return files;
}

mode_t mode_of(const fs::path& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777U;
}

struct AppFolder {
    void install_old() const {
        test::DokkuHost::write(tls() / "server.crt", "old chain\n");
        test::DokkuHost::write(tls() / "server.key", "old key\n");
    }
    fs::path tls() const { return root.path() / "tls"; }

    test::TempDir root;
};

const std::map<std::string, std::string> kOldFiles{{"tls/server.crt", "old chain\n"},
                                                   {"tls/server.key", "old key\n"}};
const std::map<std::string, std::string> kNewFiles{{"tls/server.crt", "new chain\n"},
                                                   {"tls/server.key", "new key\n"},
                                                   {"tls/server.letsencrypt.crt", "new chain\n"}};

}  // namespace

TEST_CASE("the first pair of an app makes its tls folder", "[tls][dokku-6.1][design-5.3]") {
    const AppFolder app;
    REQUIRE(tls::exchange_tls(app.root.path(), new_pair(), std::nullopt));
    CHECK(files_in(app.root.path()) == kNewFiles);
}

TEST_CASE("a pair takes the place of the one before it, whole", "[tls][design-5.3]") {
    const AppFolder app;
    app.install_old();
    test::DokkuHost::write(app.tls() / "server.letsencrypt.crt", "older chain\n");
    REQUIRE(tls::exchange_tls(app.root.path(), new_pair(), "old chain\n"));
    CHECK(files_in(app.root.path()) == kNewFiles);
}

TEST_CASE("what else stands in tls stays there", "[tls][design-5.3]") {
    const AppFolder app;
    app.install_old();
    test::DokkuHost::write(app.tls() / "ca-bundle.pem", "clients' CA\n");
    test::DokkuHost::write(app.tls() / "clients/one/a.pem", "a\n");
    fs::create_symlink("ca-bundle.pem", app.tls() / "link.pem");
    REQUIRE(tls::exchange_tls(app.root.path(), new_pair(), "old chain\n"));
    auto files = files_in(app.root.path());
    CHECK(files["tls/ca-bundle.pem"] == "clients' CA\n");
    CHECK(files["tls/clients/one/a.pem"] == "a\n");
    CHECK(base::read_file(app.tls() / "link.pem").value() == "clients' CA\n");
    CHECK(files["tls/server.crt"] == "new chain\n");
    CHECK(mode_of(app.tls() / "ca-bundle.pem") == 0600);
}

TEST_CASE("a key is never readable for others, whatever the umask is", "[tls][design-5.2]") {
    const AppFolder app;
    app.install_old();
    const mode_t umask = GENERATE_COPY(mode_t{0}, mode_t{0777});
    const mode_t before = ::umask(umask);
    const auto exchanged = tls::exchange_tls(app.root.path(), new_pair(), "old chain\n");
    ::umask(before);
    REQUIRE(exchanged);
    CHECK(mode_of(app.tls()) == 0750);
    for (const char* name : {"server.crt", "server.key", "server.letsencrypt.crt"})
        CHECK(mode_of(app.tls() / name) == 0600);
}

TEST_CASE("a certificate that came in between is left as it is", "[tls][design-5.3]") {
    const AppFolder app;
    app.install_old();
    const std::optional<std::string> expected =
        GENERATE(std::optional<std::string>{"another chain\n"}, std::optional<std::string>{});
    const auto exchanged = tls::exchange_tls(app.root.path(), new_pair(), expected);
    REQUIRE_FALSE(exchanged);
    CHECK(exchanged.error().kind == base::ErrorKind::busy);
    CHECK(exchanged.error().message == "the certificate in " + app.tls().string() +
                                           " was changed by someone else meanwhile; it is left "
                                           "as it is");
    CHECK(files_in(app.root.path()) == kOldFiles);
}

TEST_CASE("a certificate that went in between is not put back", "[tls][design-5.3]") {
    const AppFolder app;
    const auto exchanged = tls::exchange_tls(app.root.path(), new_pair(), "old chain\n");
    REQUIRE_FALSE(exchanged);
    CHECK(exchanged.error().kind == base::ErrorKind::busy);
    CHECK(files_in(app.root.path()).empty());
}

TEST_CASE("what a killed run had built does not get into the next", "[tls][design-5.3]") {
    const AppFolder app;
    app.install_old();
    test::DokkuHost::write(app.root / ".tls.letsencrypt-new/server.key", "half a key");
    test::DokkuHost::write(app.root / ".tls.letsencrypt-new/stale", "x");
    REQUIRE(tls::exchange_tls(app.root.path(), new_pair(), "old chain\n"));
    CHECK(files_in(app.root.path()) == kNewFiles);
}

TEST_CASE("a folder that cannot be written to keeps its old pair", "[tls][design-5.3]") {
    const AppFolder app;
    app.install_old();
    // A file where the sibling's folder is to be: it cannot even be replaced under a full path.
    test::DokkuHost::write(app.root / "file", "x");
    const auto missing = tls::exchange_tls(app.root / "file", new_pair(), std::nullopt);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == base::ErrorKind::io);

    // An entry of tls that cannot be copied stops it before anything is exchanged.
    test::DokkuHost::write(app.tls() / "big.pem", std::string(base::kMaxFileBytes + 1, 'x'));
    const auto exchanged = tls::exchange_tls(app.root.path(), new_pair(), "old chain\n");
    REQUIRE_FALSE(exchanged);
    CHECK(exchanged.error().message.find("big.pem") != std::string::npos);
    CHECK(base::read_file(app.tls() / "server.crt").value() == "old chain\n");
    CHECK(base::read_file(app.tls() / "server.key").value() == "old key\n");
    REQUIRE(tls::heal_tls(app.root.path()));
    CHECK_FALSE(fs::exists(app.root / ".tls.letsencrypt-new"));
}

TEST_CASE("healing removes a half-built sibling and leaves the pair", "[tls][design-8.2]") {
    const AppFolder app;
    app.install_old();
    test::DokkuHost::write(app.root / ".tls.letsencrypt-new/server.key", "half");
    REQUIRE(tls::heal_tls(app.root.path()));
    CHECK(files_in(app.root.path()) == kOldFiles);
    REQUIRE(tls::heal_tls(app.root.path()));  // nothing to heal is fine
    CHECK(files_in(app.root.path()) == kOldFiles);
}

TEST_CASE("killed between two renames, the former pair comes back", "[tls][design-5.3]") {
    const AppFolder app;
    app.install_old();
    fs::rename(app.tls(), app.root / ".tls.letsencrypt-former");
    test::DokkuHost::write(app.root / ".tls.letsencrypt-new/server.crt", "new chain\n");
    REQUIRE(tls::heal_tls(app.root.path()));
    CHECK(files_in(app.root.path()) == kOldFiles);
}

TEST_CASE("killed after both renames, the new pair stays", "[tls][design-5.3]") {
    const AppFolder app;
    app.install_old();
    test::DokkuHost::write(app.root / ".tls.letsencrypt-former/server.crt", "older\n");
    REQUIRE(tls::heal_tls(app.root.path()));
    CHECK(files_in(app.root.path()) == kOldFiles);
    CHECK_FALSE(fs::exists(app.root / ".tls.letsencrypt-former"));
}

TEST_CASE("a folder that was set aside comes back whole, or goes whole", "[tls]") {
    const AppFolder app;
    app.install_old();
    REQUIRE(tls::set_tls_aside(app.root.path()));
    CHECK_FALSE(fs::exists(app.tls()));
    REQUIRE(tls::heal_tls(app.root.path()));
    CHECK(files_in(app.root.path()) == kOldFiles);
    REQUIRE(tls::set_tls_aside(app.root.path()));
    REQUIRE(tls::delete_tls_set_aside(app.root.path()));
    CHECK(fs::is_empty(app.root.path()));
    REQUIRE(tls::set_tls_aside(app.root.path()));  // nothing to set aside is fine
    REQUIRE(tls::delete_tls_set_aside(app.root.path()));
    CHECK(fs::is_empty(app.root.path()));
}

TEST_CASE("what was being deleted does not come back", "[tls]") {
    const AppFolder app;
    test::DokkuHost::write(app.root / ".tls.letsencrypt-deleted/server.key", "the rest of it");
    REQUIRE(tls::heal_tls(app.root.path()));
    CHECK(fs::is_empty(app.root.path()));
}

TEST_CASE("an app without tls is healed to nothing", "[tls][design-8.2]") {
    const AppFolder app;
    REQUIRE(tls::heal_tls(app.root.path()));
    CHECK(fs::is_empty(app.root.path()));
}
