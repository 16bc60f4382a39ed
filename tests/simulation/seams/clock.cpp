// Takes the place of src/base/clock.cpp: time is that of the simulated host.
#include "base/clock.h"

#include "simulation/kernel/kernel.h"

namespace base {

UtcTime SystemClock::now() const {
    return simulation::kernel().wall_time();
}

Clock::Monotonic SystemClock::monotonic() const {
    return simulation::kernel().now();
}

void SystemClock::sleep_for(std::chrono::milliseconds duration) {
    simulation::kernel().sleep_until(simulation::kernel().now() + duration);
}

std::chrono::seconds time_since_boot() {
    return simulation::kernel().since_boot();
}

}  // namespace base
