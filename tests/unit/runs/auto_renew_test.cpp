#include "runs/auto_renew.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dokku_host.h"
#include "support/files.h"

// In a process of its own: a run leaves no core dumps.

TEST_CASE("auto-renew of an app that is not there fails, also as a dry run", "[runs]") {
    test::DokkuHost host;
    const bool dry_run = GENERATE(true, false);
    const test::Fork run{[&] {
        const auto outcome =
            runs::auto_renew(host.environment, host.log(), {.app = "shop", .dry_run = dry_run});
        return !outcome && outcome.error().kind == base::ErrorKind::unknown_app;
    }};
    CHECK(run.succeeded());
}

TEST_CASE("a dry run on a host without apps says so and is done", "[runs]") {
    test::DokkuHost host;
    const bool scheduled = GENERATE(true, false);
    const test::Fork run{[&] {
        const auto outcome = runs::auto_renew(host.environment, host.log(),
                                              {.scheduled = scheduled, .dry_run = true});
        return outcome && *outcome == lifecycle::RunOutcome::done &&
               host.logged.err == " !     You haven't deployed any applications yet\n";
    }};
    CHECK(run.succeeded());
}
