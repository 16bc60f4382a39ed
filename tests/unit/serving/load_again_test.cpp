#include "serving/load_again.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/fake_programs.h"
#include "support/served_app.h"

using Catch::Matchers::ContainsSubstring;
using serving::needs_loading;
using store::NameStatus;

namespace fs = std::filesystem;

namespace {

/// An app with a pair in `tls`, whose vhost Dokku has written without https.
struct Loading : test::ServedApp {
    explicit Loading(const std::string& rebuild = "exit 0")
        : programs("test \"$2\" = proxy-build-config || exit 0\necho \"$*\" >>\"${0%/*}/calls\"\n" +
                   rebuild) {
        write_vhost("server { listen 80; server_name a.example; }\n");
    }

    void write_vhost(const std::string& text) const { test::write_file(vhost(), text); }
    fs::path vhost() const { return host.environment.app_root(app) / "nginx.conf"; }
    base::Result<void> load() { return simulated.run(serving::load_again(context, app)); }
    store::NameState name() const { return state().names.front(); }
    std::string calls() const {
        return fs::exists(programs / "calls") ? test::content_of(programs / "calls") : "";
    }

    test::FakePrograms programs;
};

}  // namespace

TEST_CASE("whether a certificate is loaded is asked of the vhost and the state", "[serving]") {
    const Loading app;
    CHECK(needs_loading(app.context, app.app));
    SECTION("the vhost names the pair") {
        app.write_vhost("ssl_certificate " + (app.tls() / "server.crt").string() + ";\n");
        CHECK_FALSE(needs_loading(app.context, app.app));
        app.change([](auto& state) {
            state.names.front().status = NameStatus::installed;
            state.names.front().cause = store::cause::kNotServed;
        });
        CHECK(needs_loading(app.context, app.app));
    }
    SECTION("an app without a vhost is not deployed, or not behind nginx") {
        fs::remove(app.vhost());
        CHECK_FALSE(needs_loading(app.context, app.app));
    }
    SECTION("one that was switched off is to have none") {
        app.change([](auto& state) { state.switched_off = true; });
        CHECK_FALSE(needs_loading(app.context, app.app));
    }
}

TEST_CASE("a rebuild that fails is in the app's status with its words", "[serving]") {
    Loading app{"exit 3"};
    const auto loaded = app.load();
    REQUIRE_FALSE(loaded);
    CHECK_THAT(loaded.error().message,
               ContainsSubstring("a.example: the vhost could not be rebuilt: The trigger "
                                 "proxy-build-config for shop ended with exit code 3"));
    CHECK(app.calls() == "trigger proxy-build-config shop\n");
    CHECK(app.name().status == NameStatus::installed);
    CHECK(app.name().cause == store::cause::kNotServed);
    CHECK(app.state().due == app.name().next_try);
    CHECK(needs_loading(app.context, app.app));
}

TEST_CASE("a template without https is the app's own choice, and asked once", "[serving]") {
    Loading app;
    CHECK(app.load());
    CHECK(app.name().status == NameStatus::in_use);
    CHECK(app.name().cause.empty());
    CHECK(app.calls() == "trigger proxy-build-config shop\n");
    CHECK_FALSE(needs_loading(app.context, app.app));
    // Until Dokku writes it again.
    app.write_vhost("server { listen 80; }\n");
    CHECK(needs_loading(app.context, app.app));
}

TEST_CASE("ports without https are told with the command for them, and nothing is rebuilt",
          "[serving]") {
    Loading app;
    app.host.set_property("shop", "map", "http:8080:5000\n", "ports");
    CHECK_FALSE(app.load());
    CHECK(app.calls().empty());
    CHECK(app.name().cause == store::cause::kNoHttpsListener);
    CHECK_THAT(app.name().reason, ContainsSubstring("dokku ports:add shop https:443:5000"));
}

TEST_CASE("an app of another proxy, or that another run is at work for, is left alone",
          "[serving]") {
    Loading app{"exit 3"};
    SECTION("no proxy") {
        app.host.set_property("shop", "disabled", "true", "proxy");
        CHECK(app.load());
    }
    SECTION("another run") {
        const auto lock = app.store.try_lock_app("shop");
        REQUIRE(lock);
        CHECK(app.load());
    }
    CHECK(app.calls().empty());
    CHECK(app.name().cause.empty());
}

TEST_CASE("that a renewal fails is not forgotten over a look at nginx", "[serving]") {
    Loading app{"exit 3"};
    app.change([](auto& state) { state.names.front().cause = store::cause::kFirewall; });
    CHECK_FALSE(app.load());
    CHECK(app.name().cause == store::cause::kFirewall);
}
