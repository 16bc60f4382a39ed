#pragma once

#include <optional>
#include <stdexcept>

#include "async/loop.h"
#include "async/watch.h"
#include "simulation/kernel/kernel.h"

namespace simulation {

/// The loop of one simulated process: when no coroutine of it can run, the process sleeps until its
/// next timer, and others run.
class ProcessLoop final : public async::Loop {
  public:
    using Loop::Loop;

  private:
    void wait(std::optional<Moment> until) override {
        if (!until) throw std::logic_error{"stuck: nothing could end the wait"};
        if (*until > now()) kernel().sleep_until(*until);
    }
    void add(async::Watch& /*watch*/) override {
        throw std::logic_error{"a simulated process watches no descriptors"};
    }
    void change(async::Watch& /*watch*/) override {}
    void remove(async::Watch& /*watch*/) override {}
};

}  // namespace simulation
