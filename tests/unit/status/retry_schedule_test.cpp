#include "status/retry_schedule.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using base::UtcTime;
using status::next_probe;
using status::next_try;
using status::RetryFacts;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr double kNoJitter = 0.5;
const UtcTime kNow = base::from_unix(1'790'000'000);

seconds pause_after(int failures, double dice = kNoJitter) {
    return next_try({.failures = failures}, kNow, dice) - kNow;
}

/// Refusals so many minutes ago, oldest first.
std::vector<UtcTime> ago(const std::vector<int>& list) {
    std::vector<UtcTime> times;
    std::transform(list.begin(), list.end(), std::back_inserter(times),
                   [](int each) { return kNow - minutes{each}; });
    return times;
}

/// The refusals of ten days in which the CA refuses every try. `failures_at` says how many in a row
/// the try number n ends.
std::vector<UtcTime> refusals_of_ten_days(const std::function<int(int)>& failures_at,
                                          const std::function<double()>& dice) {
    std::vector<UtcTime> refusals;
    for (UtcTime now = kNow; now < kNow + days{10};) {
        refusals.push_back(now);
        RetryFacts facts{.failures = failures_at(static_cast<int>(refusals.size()))};
        std::copy_if(refusals.begin(), refusals.end(), std::back_inserter(facts.refusals),
                     [&](UtcTime time) { return now - time < hours{24}; });
        now = next_try(facts, now, dice());
    }
    return refusals;
}

/// The most refusals within any span of that length.
std::ptrdiff_t most_within(const std::vector<UtcTime>& refusals, seconds span) {
    std::ptrdiff_t most = 0;
    for (auto first = refusals.begin(); first != refusals.end(); ++first) {
        const auto end = std::lower_bound(first, refusals.end(), *first + span);
        most = std::max(most, end - first);
    }
    return most;
}

}  // namespace

TEST_CASE("pauses double from a minute to a day", "[status]") {
    CHECK(pause_after(1) == minutes{1});
    CHECK(pause_after(2) == minutes{2});
    CHECK(pause_after(3) == minutes{4});
    CHECK(pause_after(11) == minutes{1024});
    CHECK(pause_after(12, 1.0) == hours{24});
    CHECK(pause_after(1'000'000, 1.0) == hours{24});
    CHECK(pause_after(0) == minutes{1});
}

TEST_CASE("the dice make a pause a fifth shorter or longer", "[status]") {
    CHECK(pause_after(1, 0.0) == seconds{48});
    CHECK(pause_after(1, 1.0) == seconds{72});
    CHECK(pause_after(12, 0.0) == minutes{1152});
    // Beyond a day a wait is not believed (store/waits.h); no two hosts agree on it all the same.
    CHECK(pause_after(12, 0.5) == minutes{1296});
    CHECK(pause_after(12, 1.0) == hours{24});
    CHECK(pause_after(1, 7.0) == seconds{72});
}

TEST_CASE("the CA's own time is kept", "[status]") {
    CHECK(next_try({.failures = 1, .not_before = kNow + hours{3}}, kNow, 0.0) == kNow + hours{3});
    CHECK(next_try({.failures = 1, .not_before = kNow + seconds{5}}, kNow, kNoJitter) ==
          kNow + minutes{1});
    CHECK(next_try({.failures = 1, .not_before = kNow - hours{3}}, kNow, kNoJitter) ==
          kNow + minutes{1});
}

TEST_CASE("the fifth refusal within an hour waits until the first is an hour old", "[status]") {
    const auto next = [](const std::vector<int>& minutes_ago) {
        return next_try({.failures = 1, .refusals = ago(minutes_ago)}, kNow, kNoJitter) - kNow;
    };
    CHECK(next({50, 40, 0}) == minutes{1});
    CHECK(next({50, 40, 30, 0}) == minutes{10});
    CHECK(next({55, 50, 40, 30, 0}) == minutes{10});
    CHECK(next({60, 40, 30, 0}) == minutes{1});
}

TEST_CASE("the thirteenth refusal within a day waits until the first is a day old", "[status]") {
    RetryFacts facts{.failures = 1,
                     .refusals = ago({1430, 1300, 1200, 1100, 1000, 900, 800, 700, 600, 500, 400})};
    CHECK(next_try(facts, kNow, kNoJitter) == kNow + minutes{1});
    facts.refusals.push_back(kNow);
    CHECK(next_try(facts, kNow, kNoJitter) == kNow + minutes{10});
    facts.failures = 6;
    CHECK(next_try(facts, kNow, kNoJitter) == kNow + minutes{32});
}

TEST_CASE("refusals in the future do not keep a name waiting", "[status]") {
    const RetryFacts facts{.failures = 1, .refusals = ago({-1000, -1001, -1002, -1003, -1004})};
    CHECK(next_try(facts, kNow, kNoJitter) == kNow + minutes{1});
}

TEST_CASE("the caps hold on any ten days, however often tries begin anew", "[status]") {
    // 0: one row of failures; n: after each n failures a new row begins.
    const int row = GENERATE(0, 1, 2, 3, 5, 8);
    unsigned state = GENERATE(1U, 2U, 3U);
    CAPTURE(row, state);
    const auto dice = [&state] {  // any numbers that are the same in each run
        state = state * 1'103'515'245U + 12'345U;
        return static_cast<double>(state >> 16U & 0x7fffU) / 0x7fff;
    };
    const auto refusals = refusals_of_ten_days(
        [&](int count) { return row == 0 ? count : 1 + (count - 1) % row; }, dice);
    CHECK(most_within(refusals, hours{1}) <= 4);
    CHECK(most_within(refusals, hours{24}) <= 12);
    // No name is forgotten: ten days of a day each after the first twelve hours, or twelve a day.
    CHECK(refusals.size() >= (row == 0 ? 16U : 80U));
    if (row == 1) CHECK(refusals.size() == 120);
}

TEST_CASE("the DNS is looked at every minute at first, every hour in the end", "[status]") {
    const auto pause = [](seconds waited) { return next_probe(kNow - waited, kNow) - kNow; };
    CHECK(pause(seconds{0}) == minutes{1});
    CHECK(pause(minutes{10}) == minutes{1});
    CHECK(pause(hours{1}) == minutes{6});
    CHECK(pause(hours{10}) == hours{1});
    CHECK(pause(days{300}) == hours{1});
    CHECK(pause(-hours{5}) == minutes{1});  // the clock was set back
}

TEST_CASE("a certificate in use that ends soon is not waited for too long",
          "[status][design-3.1]") {
    const auto now = base::from_unix(1'800'000'000);
    status::RetryFacts facts{20, {}, {}, now + std::chrono::hours{10}};
    CHECK(status::next_try(facts, now, 0.5) == now + std::chrono::hours{2});
    facts.covered_until = now + std::chrono::minutes{2};
    CHECK(status::next_try(facts, now, 0.5) == now + std::chrono::minutes{1});
    facts.covered_until = now + std::chrono::days{30};
    CHECK(status::next_try(facts, now, 1.0) == now + std::chrono::hours{24});
    facts.covered_until = now - std::chrono::minutes{1};
    CHECK(status::next_try(facts, now, 1.0) == now + std::chrono::hours{24});
}
