#include "status/retry_schedule.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <iterator>

#include "ca/pause.h"
#include "store/cause.h"

namespace status {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// So many refusals at most within any span of that length.
struct Cap {
    std::size_t refusals;
    seconds span;
};
/// A longer wait that no CA asked for is taken for the work of a wrong clock (store/waits.h).
constexpr seconds kLongest = hours{24};
constexpr std::array<Cap, 2> kCaps{{{4, hours{1}}, {12, hours{24}}}};

/// The pause before the next try, jitter included.
seconds pause_after(int failures, seconds longest, double dice) {
    constexpr int kDoublings = 11;  // 2^11 minutes are more than a day
    constexpr double kJitter = 0.2;
    const int doublings = std::clamp(failures - 1, 0, kDoublings);
    const seconds pause = std::min<seconds>(minutes{1LL << doublings}, longest);
    const auto shortest = static_cast<double>(pause.count()) * (1.0 - kJitter);
    const auto most = std::min(static_cast<double>(pause.count()) * (1.0 + kJitter),
                               static_cast<double>(kLongest.count()));
    return seconds{std::llround(shortest + (most - shortest) * std::clamp(dice, 0.0, 1.0))};
}

seconds longest_pause(const RetryFacts& facts, base::UtcTime now) {
    constexpr seconds kShortest = minutes{1};
    if (!facts.covered_until || *facts.covered_until <= now) return kLongest;
    return std::clamp<seconds>((*facts.covered_until - now) / 5, kShortest, kLongest);
}

/// It is known when the CA can be asked again: no failure that is to be tried ever more rarely.
bool waits_for_limit(const RetryFacts& facts, base::UtcTime now) {
    constexpr minutes kWorthKnowing{10};
    return facts.cause == store::cause::kRateLimited && facts.not_before &&
           *facts.not_before - now >= kWorthKnowing;
}

}  // namespace

base::UtcTime next_room(const std::vector<base::UtcTime>& refusals, base::UtcTime now) {
    const auto end = std::upper_bound(refusals.begin(), refusals.end(), now);
    const auto count = static_cast<std::size_t>(std::distance(refusals.begin(), end));
    base::UtcTime room = now;
    for (const Cap& cap : kCaps) {
        if (count >= cap.refusals) room = std::max(room, refusals[count - cap.refusals] + cap.span);
    }
    return room;
}

base::UtcTime next_try(const RetryFacts& facts, base::UtcTime now, double dice) {
    if (facts.cause == store::cause::kPaused) return now + ca::kPausePatience;
    if (waits_for_limit(facts, now)) {
        return std::max(*facts.not_before, next_room(facts.refusals, now));
    }
    return std::max({now + pause_after(facts.failures, longest_pause(facts, now), dice),
                     next_room(facts.refusals, now), facts.not_before.value_or(now)});
}

base::UtcTime next_probe(base::UtcTime waiting_since, base::UtcTime now) {
    constexpr seconds kShortest = minutes{1};
    constexpr seconds kLongestPause = hours{1};
    return now + std::clamp<seconds>((now - waiting_since) / 10, kShortest, kLongestPause);
}

}  // namespace status
