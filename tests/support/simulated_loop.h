#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>

#include "async/loop.h"

namespace test {

/// A loop on which nothing waits: when no coroutine can run, its clock moves on to the next timer.
/// For a clock whose sleep_for() moves it at once (test::FakeClock). Has no descriptors.
class SimulatedLoop final : public async::Loop {
  public:
    using Loop::Loop;

  private:
    void wait(std::optional<Moment> until) override {
        if (!until) throw std::logic_error{"stuck: nothing could end the wait"};
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(std::max(*until, now()) - now());
        if (left.count() > 0) clock().sleep_for(left);
    }
    void add(async::Watch& /*watch*/) override { refuse(); }
    void change(async::Watch& /*watch*/) override { refuse(); }
    void remove(async::Watch& /*watch*/) override {}

    [[noreturn]] static void refuse() {
        throw std::logic_error{"a simulated loop has no descriptors"};
    }
};

}  // namespace test
