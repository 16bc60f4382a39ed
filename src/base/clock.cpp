#include "base/clock.h"

#include <ctime>
#include <thread>

namespace base {

UtcTime SystemClock::now() const {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Clock::Monotonic SystemClock::monotonic() const {
    return std::chrono::steady_clock::now();
}

void SystemClock::sleep_for(std::chrono::milliseconds duration) {
    std::this_thread::sleep_for(duration);
}

std::chrono::seconds time_since_boot() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds{time.tv_sec};
}

}  // namespace base
