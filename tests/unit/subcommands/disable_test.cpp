#include "subcommands/disable.h"

#include <filesystem>
#include <optional>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "host/app_traces.h"
#include "store/local_store.h"
#include "store/switch_off.h"
#include "support/dokku_host.h"
#include "support/fake_clock.h"
#include "support/fake_programs.h"
#include "support/files.h"
#include "support/meanwhile_clock.h"
#include "tls/removal_marker.h"

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

TEST_CASE("an app that is disabled is off, and nothing is due", "[subcommands][dokku-11.6]") {
    Enabled host;
    const test::FakePrograms programs{"exit 0"};
    REQUIRE(subcommands::disable(host.environment, host.quiet, host.clock, host.app));
    const auto state = host.state();
    CHECK_FALSE(state.enabled);
    CHECK(state.switched_off);
    CHECK(state.names.empty());
    CHECK_FALSE(state.order);
    CHECK_FALSE(state.due);
    CHECK_FALSE(fs::exists(host.environment.tls_root(host.app)));
    CHECK_FALSE(fs::exists(host.environment.app_root(host.app) / "letsencrypt"));
}

TEST_CASE("a run at work sees at once that its app is off", "[subcommands]") {
    Enabled host;
    const base::UtcTime began = host.clock.now();
    const test::FakePrograms programs{"exit 0"};
    {
        const auto lock = host.store.try_lock_app("shop");
        REQUIRE(lock);
        const auto disabled =
            subcommands::disable(host.environment, host.quiet, host.clock, host.app);
        REQUIRE_FALSE(disabled);
        CHECK(disabled.error().kind == base::ErrorKind::busy);
        CHECK_THAT(disabled.error().steps.front(),
                   ContainsSubstring("letsencrypt is off for shop"));
    }
    CHECK(host.state().switched_off);
    CHECK_FALSE(host.state().enabled);
    CHECK(fs::exists(host.environment.tls_root(host.app)));
    // The retry job removes it.
    CHECK(tls::pending_removal(host.environment, host.app));
    CHECK(host.state().due == began + store::kRemovalPatience);
}

TEST_CASE("an app that is destroyed while disable waits does not come back", "[subcommands]") {
    Enabled host;
    const test::FakePrograms programs{R"(echo "$*" >>"${0%/*}/calls")"};
    auto lock = std::optional{host.store.try_lock_app("shop").value()};
    bool made_anew = false;
    SECTION("another one has its name") {
        made_anew = true;
    }
    SECTION("none has") {}
    test::MeanwhileClock clock{[&] {
        // What our post-delete does, and then Dokku.
        REQUIRE(host.store.remove_state("shop"));
        REQUIRE(host::remove_app_traces(host.environment, host.app));
        fs::remove_all(host.environment.app_root(host.app));
        if (made_anew) host.install_pair(host.app, "a certificate of its own\n");
        lock.reset();
    }};
    const auto disabled = subcommands::disable(host.environment, host.quiet, clock, host.app);
    REQUIRE_FALSE(disabled);
    CHECK_THAT(disabled.error().message, ContainsSubstring("was destroyed or renamed meanwhile"));
    CHECK_FALSE(host.store.has_state("shop"));
    CHECK_FALSE(fs::exists(programs / "calls"));
    CHECK(fs::exists(host.environment.tls_root(host.app) / "server.crt") == made_anew);
    CHECK(fs::exists(host.environment.app_root(host.app)) == made_anew);
    CHECK(fs::exists(host.environment.global_root() / "locks/shop") == made_anew);
    CHECK_FALSE(tls::pending_removal(host.environment, host.app));
}

TEST_CASE("a pair that has to stay is removed again in an hour, by any run", "[subcommands]") {
    Enabled host;
    test::write_file(
        host.environment.app_root(host.app) / "nginx.conf",
        "ssl_certificate " + (host.environment.tls_root(host.app) / "server.crt").string() + ";");
    const test::FakePrograms programs{"exit 0"};
    REQUIRE_FALSE(subcommands::disable(host.environment, host.quiet, host.clock, host.app));
    const base::UtcTime again = host.clock.now() + tls::kTryRemovalAgain;
    CHECK(host.state().due == again);
    CHECK(tls::pending_removal(host.environment, host.app)->not_before == again);
}

TEST_CASE("while a pair is removed the app is due: who is killed is followed", "[subcommands]") {
    Enabled host;
    const fs::path state = host.environment.global_root() / "state/shop.json";
    const test::FakePrograms programs{"cp '" + state.string() + R"(' "${0%/*}/seen")"};
    REQUIRE(subcommands::disable(host.environment, host.quiet, host.clock, host.app));
    const auto seen = store::parse_app_state(test::content_of(programs / "seen")).value();
    REQUIRE(seen.due);
    CHECK(*seen.due > host.clock.now());
    CHECK(*seen.due <= host.clock.now() + std::chrono::minutes{5});
}
