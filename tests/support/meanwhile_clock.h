#pragma once

#include <functional>
#include <utility>

#include "support/fake_clock.h"

namespace test {

/// Who waits for the first time has something happen meanwhile.
class MeanwhileClock final : public base::Clock {
  public:
    explicit MeanwhileClock(std::function<void()> meanwhile) : meanwhile_(std::move(meanwhile)) {}

    base::UtcTime now() const override { return clock_.now(); }
    Monotonic monotonic() const override { return clock_.monotonic(); }
    void sleep_for(std::chrono::milliseconds duration) override {
        clock_.sleep_for(duration);
        if (meanwhile_) std::exchange(meanwhile_, {})();
    }

  private:
    FakeClock clock_;
    std::function<void()> meanwhile_;
};

}  // namespace test
