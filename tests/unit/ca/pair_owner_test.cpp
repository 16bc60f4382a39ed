#include "ca/pair_owner.h"

#include <catch2/catch_test_macros.hpp>

#include "support/served_app.h"

using store::Owner;

namespace {

struct Owned : test::ServedApp {
    /// Of the pair that stands in tls/.
    base::Result<Owner> owner() const {
        return ca::find_pair_owner(host.environment, store, app,
                                   test::content_of(tls() / "server.crt"));
    }
    void lose_record() const {
        std::filesystem::remove(host.environment.global_root() / "state/issued.jsonl");
    }
    void lose_folder() const { std::filesystem::remove_all(certs()); }
};

}  // namespace

TEST_CASE("a pair is ours if the app is active, whatever is known of it", "[ca][design-1.1]") {
    const Owned app;
    app.lose_record();
    REQUIRE(app.store.remove_state("shop"));
    CHECK(app.owner().value() == Owner::ours);
}

TEST_CASE("a pair is ours if its certificate was issued on this host", "[ca][design-1.1]") {
    const Owned app;
    app.lose_folder();
    REQUIRE(app.store.remove_state("shop"));
    CHECK(app.owner().value() == Owner::ours);
    app.lose_record();
    const store::LocalStore anew{app.host.environment.global_root()};
    const auto pem = test::content_of(app.tls() / "server.crt");
    CHECK(ca::find_pair_owner(app.host.environment, anew, app.app, pem).value() == Owner::custom);
}

TEST_CASE("where the record was lost the app's state has its own certificate", "[ca][design-1.1]") {
    const Owned app;
    app.lose_folder();
    app.lose_record();
    CHECK(app.owner().value() == Owner::ours);
    app.change([](store::AppState& state) { state.installed->owner = Owner::custom; });
    CHECK(app.owner().value() == Owner::custom);
}

TEST_CASE("any other pair is a custom one", "[ca][design-1.1]") {
    const Owned app;
    app.put(app.make_pair());
    CHECK(app.owner().value() == Owner::custom);
}

TEST_CASE("what cannot be read is what it was known to be before", "[ca][design-1.1]") {
    const Owned app;
    test::write_file(app.tls() / "server.crt", "no certificate");
    CHECK(app.owner().value() == Owner::ours);
    SECTION("of an operator") {
        app.change([](store::AppState& state) { state.installed->owner = Owner::custom; });
        CHECK(app.owner().value() == Owner::custom);
    }
    SECTION("not for an app that letsencrypt is off for") {
        app.change([](store::AppState& state) { state.enabled = false; });
        CHECK(app.owner().value() == Owner::custom);
    }
    SECTION("where no run has seen a pair, the folder tells of the official plugin's") {
        app.change([](store::AppState& state) { state.installed.reset(); });
        CHECK(app.owner().value() == Owner::ours);
        app.lose_folder();
        CHECK(app.owner().value() == Owner::custom);
    }
}

TEST_CASE("it is not known whose a pair is where neither record nor state can be read",
          "[ca][design-1.1]") {
    const Owned app;
    app.put(app.make_pair());
    const auto state_file = app.host.environment.global_root() / "state/shop.json";
    std::filesystem::remove(state_file);
    std::filesystem::create_directory(state_file);
    CHECK_FALSE(app.owner());
}
