#pragma once

#include <chrono>

#include "base/clock.h"

namespace test {

/// A clock that only moves when it is told to. Sleeping moves it, so nothing waits.
class FakeClock final : public base::Clock {
  public:
    explicit FakeClock(base::UtcTime start = base::from_unix(1'770'000'000)) : start_(start) {}

    base::UtcTime now() const override {
        return start_ + std::chrono::floor<std::chrono::seconds>(passed_);
    }
    Monotonic monotonic() const override { return Monotonic{passed_}; }
    void sleep_for(std::chrono::milliseconds duration) override { advance(duration); }

    void advance(std::chrono::milliseconds duration) { passed_ += duration; }

    /// All that was slept or advanced since the start.
    std::chrono::milliseconds passed() const { return passed_; }

  private:
    base::UtcTime start_;
    std::chrono::milliseconds passed_{0};
};

}  // namespace test
