#include "dokku/trigger.h"

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"
#include "support/fake_programs.h"

using Catch::Matchers::StartsWith;

TEST_CASE("a trigger is asked through plugn and its lines come back", "[dokku][dokku-2.1]") {
    const test::DokkuHost host;
    const test::FakePrograms programs{R"(echo "$@"; echo second)"};
    const auto lines =
        dokku::ask_trigger(host.environment, host.add_app("shop"), "proxy-type", {"shop"});
    REQUIRE(lines);
    CHECK(*lines == std::vector<std::string>{"trigger proxy-type shop", "second"});
}

TEST_CASE("what we start is marked as ours and does not get our own flags", "[dokku][dokku-2.3]") {
    const test::DokkuHost host;
    ::setenv("DOKKU_APP_NAME", "other", 1);
    ::setenv("DOKKU_APPS_FORCE_DELETE", "1", 1);
    const test::FakePrograms programs{
        R"(echo "$DOKKU_LETSENCRYPT_RUN"; echo "[$DOKKU_APP_NAME$DOKKU_APPS_FORCE_DELETE]")"};
    const auto lines =
        dokku::ask_trigger(host.environment, host.add_app("shop"), "post-certs-update", {"shop"});
    ::unsetenv("DOKKU_APP_NAME");
    ::unsetenv("DOKKU_APPS_FORCE_DELETE");
    REQUIRE(lines);
    CHECK_THAT(lines->at(0), StartsWith("shop:"));
    CHECK(lines->at(1) == "[]");
}

TEST_CASE("inside a run the mark of the run stays", "[dokku]") {
    test::DokkuHost host;
    host.environment.run = "shop:42";
    const test::FakePrograms programs{R"(echo "$DOKKU_LETSENCRYPT_RUN")"};
    const auto lines = dokku::ask_trigger(host.environment, host.add_app("blog"), "x", {});
    REQUIRE(lines);
    CHECK(lines->at(0) == "shop:42");
}

TEST_CASE("a trigger that fails is a failure with its exit code", "[dokku]") {
    const test::DokkuHost host;
    const test::FakePrograms programs{"exit 37"};
    const auto app = host.add_app("shop");
    CHECK(dokku::fire_trigger(host.environment, app, "x", {})->code == 37);
    const auto required = dokku::require_trigger(host.environment, app, "post-certs-update", {});
    REQUIRE_FALSE(required);
    CHECK(required.error().kind == base::ErrorKind::io);
    CHECK(required.error().message ==
          "The trigger post-certs-update for shop ended with exit code 37");
}

TEST_CASE("a trigger that hangs is stopped", "[dokku]") {
    const test::DokkuHost host;
    const test::FakePrograms programs{"exec sleep 60"};
    dokku::RunOptions options;
    options.deadline = std::chrono::milliseconds{50};
    const auto fired =
        dokku::require_trigger(host.environment, host.add_app("shop"), "x", {}, options);
    REQUIRE_FALSE(fired);
    CHECK(fired.error().kind == base::ErrorKind::timeout);
}

TEST_CASE("a trigger's file is looked for in the enabled plugins", "[dokku]") {
    const test::DokkuHost host;
    const auto enabled = host.environment.plugins_enabled;
    CHECK_FALSE(dokku::has_trigger_file(host.environment, "user-auth-app"));
    test::DokkuHost::write(enabled / "20_events" / "user-auth-app", "");
    CHECK_FALSE(dokku::has_trigger_file(host.environment, "user-auth-app"));
    test::DokkuHost::write(enabled / "acl" / "user-auth-app", "");
    CHECK(dokku::has_trigger_file(host.environment, "user-auth-app"));
}
