#pragma once

#include <chrono>

#include "base/utc_time.h"

namespace base {

/// Time as the product sees it, so that a test can move it.
class Clock {
  public:
    using Monotonic = std::chrono::steady_clock::time_point;

    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    Clock(Clock&&) = delete;
    Clock& operator=(Clock&&) = delete;
    virtual ~Clock() = default;

    virtual UtcTime now() const = 0;
    virtual Monotonic monotonic() const = 0;
    virtual void sleep_for(std::chrono::milliseconds duration) = 0;
};

/// Since this host was started, time in which it slept included. No clock that is set moves
/// it.
std::chrono::seconds time_since_boot();

class SystemClock final : public Clock {
  public:
    UtcTime now() const override;
    Monotonic monotonic() const override;
    void sleep_for(std::chrono::milliseconds duration) override;
};

}  // namespace base
