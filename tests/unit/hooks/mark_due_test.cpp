#include "hooks/mark_due.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "hooks/adopt_official_apps.h"
#include "support/dokku_host.h"

using store::NameStatus;

namespace {

struct Host {
    bool deployed() const {
        return hooks::mark_deployed_due(host.environment, store, app, now).value();
    }

    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    store::LocalStore store{host.environment.global_root()};
    base::UtcTime now = base::from_unix(1'770'000'000);
};

}  // namespace

TEST_CASE("a deploy marks due what waits, and begins where all apps are to have HTTPS",
          "[hooks][design-8.4]") {
    const Host host;
    CHECK_FALSE(host.deployed());
    CHECK_FALSE(host.store.has_state("shop"));
    host.host.set_property("--global", "auto-issue", "true");
    CHECK(host.deployed());
    CHECK(host.store.due_head().value().earliest == host.now);
    // A certificate that is there already is no reason.
    REQUIRE(host.store.remove_state("shop"));
    host.host.install_pair(host.app, test::read_test_data("dokku/shop.crt"));
    CHECK_FALSE(host.deployed());
}

TEST_CASE("what disable switched off is not marked due by the host's setting",
          "[hooks][design-1.2]") {
    const Host host;
    host.host.set_property("--global", "auto-issue", "true");
    REQUIRE(
        host.store.update_state("shop", [](store::AppState& state) { state.switched_off = true; }));
    CHECK_FALSE(host.deployed());
    host.host.set_property("shop", "auto-issue", "true");
    CHECK(host.deployed());
}

TEST_CASE("a property that changes for all marks all due that wait", "[hooks][design-8.4]") {
    const Host host;
    for (const char* app : {"shop", "blog"}) {
        REQUIRE(host.store.update_state(app, [&](store::AppState& state) {
            state.names.resize(1);
            state.names.front().name = "a.test";
            state.names.front().status = NameStatus::failed;
            state.due = host.now + std::chrono::hours{1};
        }));
    }
    REQUIRE(hooks::mark_due_after_setting(host.store, "--global", "email", host.now));
    CHECK(host.store.due_apps(host.now).size() == 2);
}

TEST_CASE("another graceperiod leaves no time of renewal that was selected by the one before",
          "[hooks]") {
    const Host host;
    const auto renewal = host.now + std::chrono::hours{9};
    REQUIRE(host.store.update_state("shop", [&](store::AppState& state) {
        state.renew_at = renewal;
        state.due = renewal;
    }));
    const auto renewal_after = [&](const char* target, const char* property) {
        REQUIRE(hooks::mark_due_after_setting(host.store, target, property, host.now));
        return host.store.read_state("shop").value().renew_at;
    };
    CHECK(renewal_after("shop", "email") == renewal);
    const char* target = GENERATE("shop", "--global");
    CHECK_FALSE(renewal_after(target, "graceperiod"));
    CHECK_FALSE(host.store.read_state("shop").value().due);
}

TEST_CASE("a renamed app is ordered for if it is enabled, whatever auto-issue says",
          "[hooks][design-8.5]") {
    const Host host;
    const auto due_after = [&](bool enabled, bool switched_off) {
        REQUIRE(host.store.update_state("shop", [&](store::AppState& state) {
            state.enabled = enabled;
            state.switched_off = switched_off;
            state.due.reset();
        }));
        REQUIRE(hooks::mark_renamed_due(host.host.environment, host.store, host.app, host.now));
        return host.store.is_any_due(host.now);
    };
    host.host.set_property("shop", "auto-issue", "false");
    CHECK(due_after(true, false));
    CHECK_FALSE(due_after(false, false));
    CHECK_FALSE(due_after(false, true));
    host.host.set_property("shop", "auto-issue", "true");
    CHECK(due_after(false, false));
}

TEST_CASE("apps of the official plugin are taken over as enabled, once", "[hooks][design-10]") {
    Host host;
    host.host.issue(host.app, "shop.test", test::read_test_data("dokku/shop.crt"));
    const auto other = host.host.add_app("blog");
    REQUIRE(hooks::adopt_official_apps(host.host.environment, host.store, host.host.log()));
    CHECK(host.store.read_state("shop")->enabled);
    CHECK_FALSE(host.store.has_state(other.text()));
    REQUIRE(host.store.update_state("shop", [](store::AppState& state) { state.enabled = false; }));
    REQUIRE(hooks::adopt_official_apps(host.host.environment, host.store, host.host.log()));
    CHECK_FALSE(host.store.read_state("shop")->enabled);
}
