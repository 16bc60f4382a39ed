#pragma once

#include <algorithm>
#include <iterator>
#include <random>
#include <vector>

#include "base/utc_time.h"

namespace simulation {

using base::UtcTime;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Dice {
  public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    double roll() { return std::uniform_real_distribution<>{0.0, 1.0}(engine_); }
    seconds between(seconds least, seconds most) {
        return seconds{
            std::uniform_int_distribution<long long>{least.count(), most.count()}(engine_)};
    }

  private:
    std::mt19937 engine_;
};

/// Times at which the CA does not answer: as much as a fifth of all time, minutes to a day long.
class Outages {
  public:
    Outages() = default;
    Outages(UtcTime from, UtcTime until, Dice& dice) {
        for (UtcTime at = from; at < until;) {
            const seconds down = dice.between(minutes{10}, hours{20});
            at += 4 * down + dice.between(seconds{0}, minutes{10});
            down_.push_back({at, at + down});
            at += down;
        }
    }
    bool is_down(UtcTime at) const {
        const auto after =
            std::upper_bound(down_.begin(), down_.end(), at,
                             [](UtcTime time, const Span& span) { return time < span.from; });
        return after != down_.begin() && at < std::prev(after)->until;
    }

  private:
    struct Span {
        UtcTime from, until;
    };
    std::vector<Span> down_;
};

}  // namespace simulation
