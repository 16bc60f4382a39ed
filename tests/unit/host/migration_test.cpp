#include "host/migration.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "dokku/property.h"
#include "support/dokku_host.h"
#include "support/fake_programs.h"
#include "support/files.h"

using Catch::Matchers::ContainsSubstring;

namespace {

/// Answers `config-get SCOPE KEY` with `value of KEY` for the keys in the scope's ENV file, and
/// records what is unset.
test::FakePrograms plugn_of(const test::DokkuHost& host) {
    const std::string config = (host.environment.lib_root / "config").string();
    return test::FakePrograms{
        R"(echo "$*" >>"${0%/*}/calls"; [ "$2" = config-get ] || exit 0
if grep -q "^$4=" ')" +
        config + R"('/"$3"/ENV; then printf 'value of %s' "$4"; fi)"};
}

std::string property(const test::DokkuHost& host, const std::string& scope,
                     const std::string& key) {
    const auto file = host.environment.lib_root / "config/letsencrypt" / scope / key;
    return std::filesystem::exists(file) ? test::content_of(file) : "(none)";
}

}  // namespace

TEST_CASE("variables of old versions become properties, with the official lines",
          "[host][dokku-10.10]") {
    test::DokkuHost host;
    host.add_app("shop");
    host.add_app("other");
    const auto config = host.environment.lib_root / "config";
    test::DokkuHost::write(config / "--global/ENV", "DOKKU_LETSENCRYPT_EMAIL=me@x.test\n");
    test::DokkuHost::write(config / "shop/ENV",
                           "A=1\nDOKKU_LETSENCRYPT_ARGS=x\nDOKKU_LETSENCRYPT_SERVER=staging\n"
                           "DOKKU_LETSENCRYPT_GRACEPERIOD=7\n");
    test::DokkuHost::write(config / "other/ENV", "B=2\n");
    host.set_property("shop", "server", "default");
    const auto programs = plugn_of(host);
    REQUIRE(host::migrate_settings(host.environment, host.log()));
    CHECK(host.logged.out ==
          "-----> Migrating deprecated global DOKKU_LETSENCRYPT_EMAIL to letsencrypt email "
          "property.\n"
          "-----> Migrating deprecated DOKKU_LETSENCRYPT_GRACEPERIOD to letsencrypt graceperiod "
          "property for shop.\n"
          "-----> Migrating deprecated DOKKU_LETSENCRYPT_ARGS to letsencrypt lego-args property "
          "for shop.\n"
          "-----> Migrating deprecated DOKKU_LETSENCRYPT_SERVER to letsencrypt server property "
          "for shop.\n");
    CHECK(host.logged.err.empty());
    CHECK(property(host, "--global", "email") == "value of DOKKU_LETSENCRYPT_EMAIL");
    CHECK(property(host, "shop", "lego-args") == "value of DOKKU_LETSENCRYPT_ARGS");
    CHECK(property(host, "shop", "server") == "value of DOKKU_LETSENCRYPT_SERVER");
    const std::string calls = test::content_of(programs / "calls");
    CHECK_THAT(calls, ContainsSubstring("trigger config-unset --global DOKKU_LETSENCRYPT_EMAIL\n"));
    CHECK_THAT(calls, ContainsSubstring("trigger config-unset shop DOKKU_LETSENCRYPT_SERVER\n"));
    CHECK_THAT(calls, !ContainsSubstring("other"));
}

TEST_CASE("the property lego-docker-args becomes lego-args", "[host][dokku-10.10]") {
    test::DokkuHost host;
    host.add_app("shop");
    host.set_property("--global", "lego-docker-args", "--a");
    host.set_property("shop", "lego-docker-args", "--b");
    const auto programs = plugn_of(host);
    REQUIRE(host::migrate_settings(host.environment, host.log()));
    CHECK(host.logged.out ==
          "-----> Migrating deprecated global lego-docker-args property to lego-args.\n"
          "-----> Migrating deprecated lego-docker-args property to lego-args for shop.\n");
    CHECK(property(host, "--global", "lego-args") == "--a");
    CHECK(property(host, "shop", "lego-args") == "--b");
    CHECK(property(host, "shop", "lego-docker-args") == "(none)");
    host.logged = {};
    REQUIRE(host::migrate_settings(host.environment, host.log()));
    CHECK(host.logged.out.empty());
    CHECK_FALSE(std::filesystem::exists(programs / "calls"));
}

TEST_CASE("what cannot be moved is named, and the rest is moved", "[host][dokku-10.10]") {
    test::DokkuHost host;
    host.add_app("shop");
    test::DokkuHost::write(host.environment.lib_root / "config/shop/ENV",
                           "DOKKU_LETSENCRYPT_EMAIL=a\n");
    host.set_property("shop", "lego-docker-args", "--b");
    const test::FakePrograms programs{"exit 3"};
    REQUIRE(host::migrate_settings(host.environment, host.log()));
    CHECK_THAT(host.logged.err, ContainsSubstring("shop: ") && ContainsSubstring("config-get"));
    CHECK(property(host, "shop", "lego-args") == "--b");
}
