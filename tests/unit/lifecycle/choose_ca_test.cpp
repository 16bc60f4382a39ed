#include "lifecycle/choose_ca.h"

#include <catch2/catch_test_macros.hpp>

#include "support/fake_clock.h"

using std::chrono::days;
using std::chrono::hours;

TEST_CASE("the fallback server is for a CA that fails for long while the end comes near",
          "[lifecycle][pain-35]") {
    const test::FakeClock clock;
    const auto now = clock.now();
    const base::CertificateDates near_end{now - days{70}, now + days{20}};
    const base::CertificateDates young{now - days{60}, now + days{30}};
    CHECK_FALSE(lifecycle::needs_fallback(std::nullopt, near_end, now));
    CHECK_FALSE(lifecycle::needs_fallback(now - hours{11}, near_end, now));
    CHECK(lifecycle::needs_fallback(now - hours{12}, near_end, now));
    CHECK_FALSE(lifecycle::needs_fallback(now - hours{12}, young, now));
    CHECK(lifecycle::needs_fallback(now - hours{12}, std::nullopt, now));
}
