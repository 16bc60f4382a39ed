#include "runs/account.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dokku_host.h"
#include "support/files.h"

TEST_CASE("the account takes one app at most, which is there", "[runs]") {
    test::DokkuHost host;
    auto done =
        runs::use_account(host.environment, host.log(), {.words = {"show", "shop", "blog"}});
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == base::ErrorKind::invalid_input);
    CHECK(done.error().message == "One app at most: blog is one word too many");
    done = runs::use_account(host.environment, host.log(), {.words = {"show", "shop"}});
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == base::ErrorKind::unknown_app);
}

TEST_CASE("what cannot be done with an account is refused with what can", "[runs]") {
    test::DokkuHost host;
    host.set_property("--global", "email", "me@x.test");
    const std::vector<std::string> words =
        GENERATE(std::vector<std::string>{}, std::vector<std::string>{""},
                 std::vector<std::string>{"rolover"});
    // In a process of its own: a run leaves no core dumps.
    const test::Fork run{[&] {
        const auto done = runs::use_account(host.environment, host.log(), {.words = words});
        return !done && done.error().message ==
                            "Say what to do with the account: show, rollover, register or "
                            "deactivate";
    }};
    CHECK(run.succeeded());
}
