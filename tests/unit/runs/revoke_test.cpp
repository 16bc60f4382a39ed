#include "runs/revoke.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"

using Catch::Matchers::ContainsSubstring;

TEST_CASE("a word that is no reason is refused with those that are, for an app that is there",
          "[runs][rfc5280-5.3.1]") {
    test::DokkuHost host;
    auto done = runs::revoke(host.environment, host.log(), "shop", "spite");
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == base::ErrorKind::unknown_app);
    host.add_app("shop");
    done = runs::revoke(host.environment, host.log(), "shop", "spite");
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == base::ErrorKind::invalid_input);
    CHECK(done.error().message == "'spite' is no reason to revoke");
    CHECK_THAT(done.error().steps.at(0), ContainsSubstring("keyCompromise"));
    CHECK(host.logged.out.empty());
}
