#include "ca/limits/turns.h"

#include <catch2/catch_test_macros.hpp>

#include "support/fake_clock.h"

using std::chrono::hours;

TEST_CASE("who waits counts until its turn has come", "[ca-limits][limits]") {
    const test::FakeClock clock;
    const auto now = clock.now();
    ca::limits::Turns turns;
    CHECK(turns.waiting_for("x.test", now) == 0);
    // In whatever order they come.
    for (const int turn : {3, 1, 2})
        turns.wait("x.test", now + hours{turn});
    turns.wait("y.test", now + hours{1});
    CHECK(turns.waiting_for("x.test", now) == 3);
    CHECK(turns.waiting_for("x.test", now + hours{1}) == 2);
    CHECK(turns.waiting_for("x.test", now + hours{3}) == 0);
    CHECK(turns.waiting_for("y.test", now) == 1);
}
