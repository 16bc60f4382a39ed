#include "hooks/disable.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"
#include "support/fake_clock.h"
#include "support/fake_programs.h"
#include "support/files.h"

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

struct Enabled : test::DokkuHost {
    Enabled() {
        install_pair(app, "a certificate\n");
        issue(app, "shop.test", "a certificate\n");
        REQUIRE(store.update_state("shop", [](store::AppState& state) {
            state.enabled = true;
            state.names.resize(1);
            state.names.front().name = "shop.test";
            state.order = store::RunningOrder{};
            state.order->hash = "0123abcd";
        }));
    }
    store::AppState state() const { return store.read_state("shop").value(); }

    dokku::AppName app = add_app("shop");
    store::LocalStore store{environment.global_root()};
    test::FakeClock clock;
    dokku::Log quiet = log();
};

}  // namespace

TEST_CASE("an app that is disabled is off, and nothing is due", "[hooks][C-10.4]") {
    Enabled host;
    const test::FakePrograms programs{"exit 0"};
    REQUIRE(hooks::disable(host.environment, host.quiet, host.store, host.clock, host.app));
    const auto state = host.state();
    CHECK_FALSE(state.enabled);
    CHECK(state.switched_off);
    CHECK(state.names.empty());
    CHECK_FALSE(state.order);
    CHECK_FALSE(state.due);
    CHECK_FALSE(fs::exists(host.environment.tls_root(host.app)));
    CHECK_FALSE(fs::exists(host.environment.app_root(host.app) / "letsencrypt"));
}

TEST_CASE("a run at work sees at once that its app is off", "[hooks]") {
    Enabled host;
    const test::FakePrograms programs{"exit 0"};
    {
        const auto lock = host.store.try_lock_app("shop");
        REQUIRE(lock);
        const auto disabled =
            hooks::disable(host.environment, host.quiet, host.store, host.clock, host.app);
        REQUIRE_FALSE(disabled);
        CHECK(disabled.error().kind == base::ErrorKind::busy);
        CHECK_THAT(disabled.error().steps.front(),
                   ContainsSubstring("letsencrypt is off for shop"));
    }
    CHECK(host.state().switched_off);
    CHECK_FALSE(host.state().enabled);
    CHECK(fs::exists(host.environment.tls_root(host.app)));
}

TEST_CASE("while a pair is removed the app is due: who is killed is followed", "[hooks]") {
    Enabled host;
    const fs::path state = host.environment.global_root() / "state/shop.json";
    const test::FakePrograms programs{"cp '" + state.string() + R"(' "${0%/*}/seen")"};
    REQUIRE(hooks::disable(host.environment, host.quiet, host.store, host.clock, host.app));
    const auto seen = store::parse_app_state(test::content_of(programs / "seen")).value();
    REQUIRE(seen.due);
    CHECK(*seen.due > host.clock.now());
    CHECK(*seen.due <= host.clock.now() + std::chrono::minutes{5});
}
