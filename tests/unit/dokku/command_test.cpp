#include "dokku/command.h"

#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"
#include "support/fake_programs.h"

TEST_CASE("a nested dokku command gets its words and is marked as ours", "[dokku][dokku-2.3]") {
    const test::DokkuHost host;
    const test::FakePrograms programs{R"(echo "$*"; exit 3)"};
    std::string output;
    dokku::RunOptions options;
    options.on_output = [&](std::string_view line) { output += line; };
    const auto exit = dokku::run_dokku(host.environment, host.add_app("shop"),
                                       {"ports:add", "shop", "http:80:5000"}, options);
    REQUIRE(exit);
    CHECK(exit->code == 3);
    CHECK(output == "ports:add shop http:80:5000");
}
