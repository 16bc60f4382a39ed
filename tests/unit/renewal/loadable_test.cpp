#include "renewal/loadable.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/served_app.h"
#include "tls/certs.h"

using Catch::Matchers::ContainsSubstring;

namespace {

struct Loaded : test::ServedApp {
    base::Result<void> check() const {
        return renewal::check_loadable(host.environment, state(), app);
    }
};

}  // namespace

TEST_CASE("a pair that nginx would refuse is found, and so is what is wrong with it",
          "[renewal][design-8.2]") {
    const Loaded app;
    CHECK(app.check());
    test::write_file(app.tls() / "server.key", app.make_pair().key);
    const auto checked = app.check();
    REQUIRE_FALSE(checked);
    CHECK_THAT(checked.error().message, ContainsSubstring("does not belong to the certificate"));
    CHECK_FALSE(renewal::is_loadable(app.context, app.app));
}

TEST_CASE("a pair that was found sound and has not changed since is not read again",
          "[renewal][design-8.2]") {
    const Loaded app;
    test::write_file(app.tls() / "server.key", "damaged");
    REQUIRE_FALSE(app.check());
    app.change([&](store::AppState& state) {
        state.verified_pair_stamp = tls::stamp_pair(app.host.environment, app.app);
    });
    CHECK(app.check());
    test::write_file(app.tls() / "server.key", "damaged anew");
    CHECK_FALSE(app.check());
}

TEST_CASE("an app without a pair has none that nginx would refuse", "[renewal]") {
    const Loaded app;
    std::filesystem::remove_all(app.tls());
    CHECK(app.check());
}
