#include "renewal/standby_pair.h"

#include <catch2/catch_test_macros.hpp>

#include "support/served_app.h"

namespace {

/// The app serves an operator's certificate, and keeps one of ours with 20 of its 90 days left.
struct Unused : test::ServedApp {
    Unused() {
        const auto old = make_pair(clock.now() - days(70), clock.now() + days(20));
        store_lego_form(old);
        store_plain_form(old);
        put(make_pair());
        host.set_property("shop", "renew-unused", "true");
    }
    bool is_due() const { return renewal::is_unused_due(context, app); }
};

}  // namespace

TEST_CASE("a certificate kept for later is renewed like one in use", "[renewal][design-1.3]") {
    Unused app;
    CHECK(app.is_due());
    app.store_lego_form(app.ours);
    app.store_plain_form(app.ours);
    CHECK_FALSE(app.is_due());
    app.clock.advance(test::ServedApp::days(51));
    CHECK(app.is_due());
}

TEST_CASE("one that its CA has revoked is due, however young it is", "[renewal][design-1.3]") {
    Unused app;
    app.store_lego_form(app.ours);
    app.store_plain_form(app.ours);
    app.change([&](auto& state) { state.revoked = test::fingerprint_of(app.ours); });
    CHECK(app.is_due());
}

TEST_CASE("no certificate is kept good that is not wanted, or that is not there",
          "[renewal][design-1.3]") {
    Unused app;
    REQUIRE(app.is_due());
    SECTION("the property is off") {
        app.host.set_property("shop", "renew-unused", "false");
    }
    SECTION("letsencrypt is off for the app") {
        app.change([](auto& state) { state.enabled = false; });
    }
    SECTION("there is none") {
        std::filesystem::remove_all(app.certs());
    }
    CHECK_FALSE(app.is_due());
}
