#include "runs/enable.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dokku_host.h"

using lifecycle::RunOutcome;

TEST_CASE("enable of an app that is not there gives its exit code's error", "[runs][dokku-5.1]") {
    test::DokkuHost host;
    const auto outcome = runs::enable(host.environment, host.log(), {.app = "shop"});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == base::ErrorKind::unknown_app);
    CHECK_FALSE(runs::enable(host.environment, host.log(), {}));
}

TEST_CASE("enable of all apps of a host without any is told and no failure", "[runs]") {
    test::DokkuHost host;
    const bool dry_run = GENERATE(true, false);
    const auto outcome =
        runs::enable(host.environment, host.log(), {.all = true, .dry_run = dry_run});
    REQUIRE(outcome);
    CHECK(*outcome == RunOutcome::done);
    CHECK(host.logged.err == " !     You haven't deployed any applications yet\n");
}
