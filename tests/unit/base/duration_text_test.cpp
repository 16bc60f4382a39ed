#include "base/duration_text.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

TEST_CASE("durations read as in the official list", "[base][dokku-10.6]") {
    struct Case {
        long long seconds;
        std::string text;
    };
    const auto c =
        GENERATE(values<Case>({{59 * 86'400 + 23 * 3'600 + 59 * 60 + 40, "59d, 23h, 59m, 40s"},
                               {86'400, "1d"},
                               {3'600, "1h"},
                               {61, "1m, 1s"},
                               {86'401, "1d, 1s"},
                               {0, ""},
                               {1, "1s"},
                               {-1, "1s ago"},
                               {-(275 * 86'400 + 21), "275d, 21s ago"}}));
    CAPTURE(c.seconds);
    CHECK(base::to_duration_text(std::chrono::seconds{c.seconds}) == c.text);
}
