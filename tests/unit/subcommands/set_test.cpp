#include "subcommands/set.h"

#include <chrono>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "base/clock.h"
#include "dokku/property.h"
#include "store/local_store.h"
#include "support/dokku_host.h"

TEST_CASE("set stores a value and says so", "[subcommands][dokku-11.9]") {
    test::DokkuHost host;
    const auto app = host.add_app("shop");
    const dokku::PropertyStore store{host.environment};
    REQUIRE(subcommands::change_setting(host.environment, host.log(), "shop", "lego-args",
                                        "--key-type"));
    CHECK(host.logged.out == "=====> Setting lego-args to --key-type\n");
    CHECK(*store.get(app, "lego-args") == "--key-type");
    REQUIRE(
        subcommands::change_setting(host.environment, host.log(), "--global", "server", "staging"));
    CHECK(*store.get(dokku::Scope::global(), "server") == "staging");
}

TEST_CASE("an empty value unsets, also what is not set", "[subcommands][dokku-11.9]") {
    test::DokkuHost host;
    const auto app = host.add_app("shop");
    host.set_property("shop", "email", "me@x.test");
    REQUIRE(subcommands::change_setting(host.environment, host.log(), "shop", "email", ""));
    REQUIRE(subcommands::change_setting(host.environment, host.log(), "shop", "email", ""));
    CHECK(host.logged.out == "=====> Unsetting email\n=====> Unsetting email\n");
    CHECK(dokku::PropertyStore{host.environment}.get(app, "email")->empty());
}

TEST_CASE("the app is checked before the key, the key before the value",
          "[subcommands][dokku-11.9]") {
    test::DokkuHost host;
    const auto message = [&](const char* target, const char* key, const char* value) {
        return subcommands::change_setting(host.environment, host.log(), target, key, value)
            .error()
            .message;
    };
    CHECK(message("nosuch", "", "") == "App nosuch does not exist");
    host.add_app("shop");
    CHECK(message("shop", "", "") == "No key specified");
    CHECK(message("shop", "../x", "y").starts_with("Invalid key specified"));
    CHECK(message("shop", "graceperiod", "30d").starts_with("Invalid value '30d'"));
    CHECK(host.logged.out.empty());
    CHECK_FALSE(std::filesystem::exists(host.environment.lib_root / "config"));
}

TEST_CASE("a CA that issues less than others says so when it is set", "[subcommands]") {
    test::DokkuHost host;
    host.add_app("shop");
    const auto vhost = host.environment.app_root(*dokku::AppName::parse("shop")) / "VHOST";
    const auto said = [&](const char* target, const char* key, const char* value) {
        host.logged.err.clear();
        REQUIRE(subcommands::change_setting(host.environment, host.log(), target, key, value));
        return host.logged.err;
    };
    test::DokkuHost::write(vhost, "Shop.test\nwww.shop.test\n");
    CHECK(
        said("shop", "server", "sslcom") ==
        " !     sslcom issues free certificates for one name and its www alone, and no wildcards; "
        "where its customer account has money it sells one for a year instead\n");
    test::DokkuHost::write(vhost, "shop.test\nwww.shop.test\nb.test\n");
    CHECK(
        said("shop", "fallback-server", "actalis") ==
        " !     actalis issues free certificates for one name and its www alone, and no "
        "wildcards\n !     That does not fit shop (shop.test, www.shop.test, b.test): it will not "
        "be asked for that app\n");
    CHECK(said("shop", "server", "https://acme.ssl.com/sslcom-dv-ecc").find("would be refused") !=
          std::string::npos);
    host.set_property("shop", "excluded", "b.test");
    CHECK(said("shop", "server", "actalis").find("does not fit") == std::string::npos);
    CHECK(said("--global", "server", "actalis").find("one name and its www") != std::string::npos);
    CHECK(said("shop", "server", "google").empty());
    CHECK(said("shop", "server", "").empty());
}

TEST_CASE("quiet sets without a word", "[subcommands][dokku-11.9]") {
    test::DokkuHost host;
    host.environment.quiet = true;
    host.add_app("shop");
    REQUIRE(subcommands::change_setting(host.environment, host.log(), "shop", "email", "none"));
    CHECK(host.logged.out.empty());
}

TEST_CASE("what waits is looked at once a property has changed, and only then", "[subcommands]") {
    test::DokkuHost host;
    host.add_app("shop");
    const store::LocalStore store{host.environment.global_root()};
    const auto later = base::SystemClock{}.now() + std::chrono::hours{1};
    REQUIRE(store.update_state("shop", [&](store::AppState& state) {
        state.names.resize(1);
        state.names.front().name = "shop.test";
        state.names.front().status = store::NameStatus::failed;
        state.due = later;
    }));
    const auto is_due = [&] { return store.is_any_due(base::SystemClock{}.now()); };
    REQUIRE_FALSE(is_due());
    CHECK_FALSE(subcommands::change_setting(host.environment, host.log(), "shop", "emial", "x"));
    CHECK_FALSE(is_due());
    REQUIRE(subcommands::change_setting(host.environment, host.log(), "shop", "email", "a@x.test"));
    CHECK(is_due());
}
