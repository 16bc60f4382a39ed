#include "hooks/adopt_official_apps.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"
#include "support/files.h"
#include "tls/certs.h"

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

/// `old` with a certificate of letsencrypt, and `new` as Dokku has copied it while our plugin was
/// not there.
struct Copied : test::DokkuHost {
    Copied() {
        const std::string certificate = test::read_test_data("dokku/leaf.pem");
        install_pair(from, certificate);
        issue(from, "leaf.test", certificate);
        write(environment.app_root(to) / "VHOST", "leaf.test\n");
        for (const char* part : {"letsencrypt", "tls"}) {
            fs::copy(environment.app_root(from) / part, environment.app_root(to) / part,
                     fs::copy_options::recursive | fs::copy_options::copy_symlinks);
        }
    }

    void destroy_old() const { fs::remove_all(environment.app_root(from)); }
    void adopt() { REQUIRE(hooks::adopt_official_apps(environment, store, log())); }
    fs::path current() const { return environment.certs_root(to) / "current"; }

    dokku::AppName from = add_app("old");
    dokku::AppName to = add_app("new");
    store::LocalStore store{environment.global_root()};
};

}  // namespace

TEST_CASE("an app that was enabled by another plugin counts as enabled", "[hooks][install]") {
    Copied host;
    host.adopt();
    CHECK(host.store.read_state("old")->enabled);
    CHECK(host.logged.out.empty());
}

TEST_CASE("also where the whole certificate store lies elsewhere", "[hooks][install]") {
    Copied host;
    const fs::path folder = host.environment.app_root(host.from) / "letsencrypt";
    const fs::path elsewhere = host.environment.lib_root / "disk";
    fs::rename(folder, elsewhere);
    fs::create_directory_symlink(elsewhere, folder);
    host.adopt();
    CHECK(host.store.read_state("old")->enabled);
}

TEST_CASE("a clone that was made meanwhile counts for nothing", "[hooks][install]") {
    Copied host;
    host.adopt();
    CHECK_FALSE(host.store.has_state("new"));
    CHECK_FALSE(tls::is_active(host.environment, host.to));
    CHECK_FALSE(fs::is_symlink(host.current()));
    CHECK(tls::is_active(host.environment, host.from));
}

TEST_CASE("an app that was renamed meanwhile is looked after as before", "[hooks][install]") {
    Copied host;
    host.destroy_old();
    SECTION("by what was known of it") {
        host.set_property("old", "email", "me@x.test");
        REQUIRE(host.store.update_state("old", [](store::AppState& state) {
            state.enabled = true;
            state.covered = {"leaf.test"};
        }));
        host.adopt();
        CHECK(host.store.read_state("new")->covered == std::vector<std::string>{"leaf.test"});
        CHECK(test::content_of(host.environment.lib_root / "config/letsencrypt/new/email") ==
              "me@x.test");
        CHECK_FALSE(host.store.has_state("old"));
        CHECK_FALSE(fs::exists(host.environment.lib_root / "config/letsencrypt/old/email"));
    }
    SECTION("also where nothing was") {
        host.adopt();
    }
    CHECK(host.store.read_state("new")->enabled);
    CHECK(tls::is_active(host.environment, host.to));
    CHECK_THAT(host.logged.out, ContainsSubstring("old renamed to new"));
}

TEST_CASE("what another certificate is served for was not renamed", "[hooks][install]") {
    Copied host;
    host.destroy_old();
    SECTION("a person's pair") {
        host.install_pair(host.to, test::read_test_data("dokku/other.crt"));
    }
    SECTION("a clone, whose domains are others") {
        test::DokkuHost::write(host.environment.app_root(host.to) / "VHOST", "other.test\n");
    }
    host.adopt();
    CHECK_FALSE(host.store.has_state("new"));
    CHECK_FALSE(tls::is_active(host.environment, host.to));
}
