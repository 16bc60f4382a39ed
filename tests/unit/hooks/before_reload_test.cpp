#include "hooks/before_reload.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "nginx/challenge_route.h"
#include "store/local_store.h"
#include "support/dokku_host.h"
#include "support/files.h"
#include "tls/exchange.h"

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

/// An app with a pair, a route that an order left, and a checker that writes down for whom it runs.
struct Reloading {
    Reloading() {
        host.install_pair(app, test::read_test_data("dokku/shop.crt"));
        test::write_file(route.snippet, nginx::render_route_snippet("shop", "thumb"));
        use_checker(R"(echo "$1" >>"${0%/*}/checked")");
    }

    void use_checker(const std::string& script) const {
        const auto checker = host.environment.plugin_directory / "libexec/check-pair";
        test::write_file(checker, "#!/bin/sh\n" + script + "\n");
        fs::permissions(checker, fs::perms::owner_all);
    }
    base::Result<void> reload() { return hooks::before_reload(host.environment, host.log(), app); }
    bool has_route() const { return fs::exists(route.snippet); }
    bool is_checked() const {
        return fs::exists(host.environment.plugin_directory / "libexec/checked");
    }
    bool has_pair() const { return fs::exists(host.environment.tls_root(app) / "server.crt"); }

    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    nginx::RouteFiles route = nginx::route_files(host.environment, app);
    store::LocalStore store{host.environment.global_root()};
};

}  // namespace

TEST_CASE("before a reload what no order needs goes, and the pair is put back and looked at",
          "[hooks][design-8.2]") {
    Reloading app;
    REQUIRE(tls::set_tls_aside(app.host.environment.app_root(app.app)));
    REQUIRE(app.reload());
    CHECK_FALSE(app.has_route());
    CHECK(app.has_pair());
    CHECK(app.is_checked());
    CHECK(app.host.logged.err.empty());
}

TEST_CASE("while a run holds the app's lock its route stays and its pair is left to it",
          "[hooks]") {
    Reloading app;
    REQUIRE(tls::set_tls_aside(app.host.environment.app_root(app.app)));
    const auto lock = app.store.try_lock_app("shop");
    REQUIRE(lock);
    REQUIRE(app.reload());
    CHECK(app.has_route());
    CHECK_FALSE(app.has_pair());
    CHECK_FALSE(app.is_checked());
}

TEST_CASE("while a run has claimed the app its route stays, and the pair is looked at", "[hooks]") {
    Reloading app;
    test::Fork run{[&] {
        const auto claimed = app.store.update_state("shop", [](store::AppState& state) {
            state.claim = store::Claim{base::this_process()};
        });
        return claimed && test::Fork::wait_to_be_killed();
    }};
    run.wait_until_ready();
    REQUIRE(app.reload());
    CHECK(app.has_route());
    CHECK(app.is_checked());
    run.kill();
    REQUIRE(app.reload());
    CHECK_FALSE(app.has_route());
}

TEST_CASE("a permanent route stays", "[hooks]") {
    Reloading app;
    app.host.set_property("shop", "challenge-route", "permanent");
    REQUIRE(app.reload());
    CHECK(app.has_route());
}

TEST_CASE("a route that was copied from another app goes, also while a run is at work", "[hooks]") {
    Reloading app;
    test::write_file(app.route.snippet, nginx::render_route_snippet("blog", "thumb"));
    const auto lock = app.store.try_lock_app("shop");
    REQUIRE(app.reload());
    CHECK_FALSE(app.has_route());
}

TEST_CASE("a checker that fails is told once the rest is done", "[hooks]") {
    Reloading app;
    app.use_checker("exit 3");
    const auto done = app.reload();
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == base::ErrorKind::io);
    CHECK_THAT(done.error().message, ContainsSubstring("exit code 3"));
    CHECK_FALSE(app.has_route());
}

TEST_CASE("an app without a pair has none looked at", "[hooks]") {
    Reloading app;
    fs::remove_all(app.host.environment.tls_root(app.app));
    REQUIRE(app.reload());
    CHECK_FALSE(app.is_checked());
}
