#include "async/pace.h"

#include <chrono>

#include <catch2/catch_test_macros.hpp>

#include "support/fake_clock.h"
#include "support/simulated_loop.h"

using namespace std::chrono_literals;

TEST_CASE("no more than so many begin within any span", "[async]") {
    test::FakeClock clock;
    async::Pace pace{clock, 10, 1s};
    for (int i = 0; i < 10; ++i) {
        CHECK(pace.try_begin() == 0ms);
        clock.advance(10ms);
    }
    CHECK(pace.try_begin() == 900ms);
    clock.advance(900ms);
    CHECK(pace.try_begin() == 0ms);
    CHECK(pace.try_begin() == 10ms);
}

TEST_CASE("one that waits for its turn begins as soon as it may", "[async]") {
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
    async::Pace pace{clock, 1, 1s};
    for (int i = 0; i < 3; ++i)
        loop.run(pace.begin());
    CHECK(clock.passed() == 2s);
}
