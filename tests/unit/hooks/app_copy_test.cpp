#include "hooks/app_copy.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"
#include "support/files.h"
#include "tls/exchange.h"
#include "tls/removal_marker.h"

using Catch::Matchers::ContainsSubstring;
using hooks::OldApp;
namespace fs = std::filesystem;

namespace {

constexpr OldApp kSwitchedOff{.is_switched_off = true};

/// OLD with a certificate of letsencrypt, and NEW as Dokku has copied it.
struct Copied : test::DokkuHost {
    Copied() {
        const std::string certificate = test::read_test_data("dokku/leaf.pem");
        install_pair(from, certificate);
        issue(from, "shop.test", certificate);
        set_property("old", "email", "me@x.test");
        set_property("old", "dns-provider-KEY", "s3cret");
        write(environment.root / "old/nginx.conf.d/letsencrypt.conf", "# a route of old\n");
        for (const char* part : {"letsencrypt", "tls", "nginx.conf.d"}) {
            fs::copy(environment.root / "old" / part, environment.root / "new" / part,
                     fs::copy_options::recursive | fs::copy_options::copy_symlinks);
        }
    }

    std::string property(const std::string& key) const {
        return test::content_of(environment.lib_root / "config/letsencrypt/new" / key);
    }
    bool in_new(const std::string& path) const {
        return fs::exists(environment.root / "new" / path);
    }

    dokku::AppName from = add_app("old");
    dokku::AppName to = add_app("new");
};

}  // namespace

TEST_CASE("a renamed app keeps its pair and properties, not the files of the old name",
          "[hooks][dokku-5.3]") {
    Copied host;
    REQUIRE(hooks::adopt_rename(host.environment, host.from, host.to, {}));
    CHECK(host.property("email") == "me@x.test");
    CHECK(host.property("dns-provider-KEY") == "s3cret");
    CHECK(host.in_new("tls/server.crt"));
    CHECK_FALSE(host.in_new("letsencrypt"));
    CHECK_FALSE(host.in_new("nginx.conf.d/letsencrypt.conf"));
    CHECK(fs::exists(host.environment.root / "old/letsencrypt"));
}

TEST_CASE("a pair whose removal was cut short does not come along", "[hooks]") {
    Copied host;
    const bool renamed = GENERATE(true, false);
    const bool aside = GENERATE(true, false);
    REQUIRE(tls::mark_removal(host.environment, host.from, tls::RemovalKind::disable));
    if (aside) REQUIRE(tls::set_tls_aside(host.environment.app_root(host.to)));
    if (renamed) {
        REQUIRE(hooks::adopt_rename(host.environment, host.from, host.to, kSwitchedOff));
    } else {
        REQUIRE(hooks::adopt_clone(host.environment, host.log(), host.from, host.to, kSwitchedOff));
    }
    CHECK_FALSE(host.in_new("tls"));
    CHECK_FALSE(host.in_new(".tls.letsencrypt-former"));
    CHECK_FALSE(host.in_new(".tls.letsencrypt-deleted"));
}

TEST_CASE("a pair that was installed after a removal was cut short comes along", "[hooks]") {
    Copied host;
    OldApp old = kSwitchedOff;
    REQUIRE(tls::mark_removal(host.environment, host.from, tls::RemovalKind::disable));
    SECTION("a person installed another one") {
        host.install_pair(host.from, "another certificate\n");
    }
    SECTION("the app was enabled again") {
        old = {};
    }
    REQUIRE(hooks::adopt_rename(host.environment, host.from, host.to, old));
    CHECK(host.in_new("tls/server.crt"));
    CHECK_FALSE(host.in_new(".tls.letsencrypt-former"));
}

TEST_CASE("what a killed run had built does not come along", "[hooks]") {
    Copied host;
    test::write_file(host.environment.root / "new/.tls.letsencrypt-new/server.key", "half");
    REQUIRE(hooks::adopt_rename(host.environment, host.from, host.to, {}));
    CHECK(host.in_new("tls/server.crt"));
    CHECK_FALSE(host.in_new(".tls.letsencrypt-new"));
}

TEST_CASE("a clone drops a pair that covers none of its domains", "[hooks][dokku-5.3]") {
    Copied host;
    test::DokkuHost::write(host.environment.root / "new/VHOST", "new.elsewhere.test\n");
    REQUIRE(hooks::adopt_clone(host.environment, host.log(), host.from, host.to, {}));
    CHECK(host.property("email") == "me@x.test");
    CHECK_FALSE(host.in_new("tls"));
    CHECK_FALSE(host.in_new("letsencrypt"));
    CHECK_FALSE(host.in_new("nginx.conf.d/letsencrypt.conf"));
    CHECK(host.logged.out.empty());
}

TEST_CASE("a clone drops it as well where only the state knows whose it is", "[hooks][dokku-5.3]") {
    Copied host;
    fs::remove_all(host.environment.root / "old/letsencrypt");
    fs::remove_all(host.environment.root / "new/letsencrypt");
    test::DokkuHost::write(host.environment.root / "new/VHOST", "new.elsewhere.test\n");
    const auto clone = [&](OldApp old) {
        REQUIRE(hooks::adopt_clone(host.environment, host.log(), host.from, host.to, old));
    };
    clone({});
    CHECK(host.in_new("tls/server.crt"));
    clone({.has_our_pair = true});
    CHECK_FALSE(host.in_new("tls"));
    CHECK(fs::exists(host.environment.root / "old/tls/server.key"));
}

TEST_CASE("a clone keeps a pair that covers one of its domains, and says so",
          "[hooks][dokku-5.3]") {
    Copied host;
    test::DokkuHost::write(host.environment.root / "new/VHOST", "no.test\nLEAF.test\n");
    REQUIRE(hooks::adopt_clone(host.environment, host.log(), host.from, host.to, {}));
    CHECK(host.in_new("tls/server.crt"));
    CHECK_FALSE(host.in_new("letsencrypt"));
    CHECK_THAT(host.logged.out, ContainsSubstring("dokku letsencrypt:enable new"));
}

TEST_CASE("a clone keeps a pair that a person installed", "[hooks][dokku-5.3]") {
    Copied host;
    test::DokkuHost::write(host.environment.root / "new/tls/server.crt", "a custom one");
    REQUIRE(hooks::adopt_clone(host.environment, host.log(), host.from, host.to, {}));
    CHECK(test::content_of(host.environment.root / "new/tls/server.crt") == "a custom one");
}
