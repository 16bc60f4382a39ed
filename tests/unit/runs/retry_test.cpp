#include "runs/retry.h"

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"
#include "support/files.h"

TEST_CASE("retry and the worker of domains:add want an app that is there", "[runs]") {
    test::DokkuHost host;
    const auto outcome = runs::retry(host.environment, host.log(), {.app = "shop"});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == base::ErrorKind::unknown_app);
    const auto issued = runs::issue_for_hook(host.environment, "shop");
    REQUIRE_FALSE(issued);
    CHECK(issued.error().kind == base::ErrorKind::unknown_app);
}

TEST_CASE("retry of all that is due asks for no app, and says nothing where there is none",
          "[runs]") {
    test::DokkuHost host;
    // In a process of its own: a run leaves no core dumps.
    const test::Fork run{[&] {
        const auto outcome =
            runs::retry(host.environment, host.log(), {.app = "no-such-app", .due = true});
        return outcome && *outcome == lifecycle::RunOutcome::done && host.logged.out.empty() &&
               host.logged.err.empty();
    }};
    CHECK(run.succeeded());
}
