#pragma once

#include <chrono>
#include <cstddef>
#include <deque>

#include "async/task.h"
#include "base/clock.h"

namespace async {

/// At most so many within any span of that length. `clock` outlives it.
class Pace {
  public:
    Pace(const base::Clock& clock, std::size_t most, std::chrono::milliseconds span)
        : clock_(clock), most_(most), span_(span) {}

    /// Zero if one may begin now: that counts as begun. Else how long to wait before the next try.
    std::chrono::milliseconds try_begin();

    /// Until one may begin, which counts as begun.
    Task<void> begin();

  private:
    const base::Clock& clock_;
    std::size_t most_;
    std::chrono::milliseconds span_;
    std::deque<base::Clock::Monotonic> begun_;  ///< the last ones, oldest first
};

}  // namespace async
