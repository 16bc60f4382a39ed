#include "serving/retired_workers.h"

#include <chrono>
#include <filesystem>
#include <functional>

#include <catch2/catch_test_macros.hpp>

#include "support/fake_clock.h"
#include "support/fake_nginx.h"
#include "support/simulated_loop.h"

using namespace std::chrono_literals;

namespace {

/// A clock by which something happens on the host at each sleep.
class EventClock final : public base::Clock {
  public:
    explicit EventClock(std::function<void()> event) : event_(std::move(event)) {}

    base::UtcTime now() const override { return clock_.now(); }
    Monotonic monotonic() const override { return clock_.monotonic(); }
    void sleep_for(std::chrono::milliseconds duration) override {
        clock_.sleep_for(duration);
        event_();
    }
    std::chrono::milliseconds passed() const { return clock_.passed(); }

  private:
    test::FakeClock clock_;
    std::function<void()> event_;
};

bool wait_for_workers(const test::NginxProcesses& host, base::Clock& clock) {
    test::SimulatedLoop loop{clock};
    return loop.run(serving::wait_until_retired(host.look(), clock, 3s));
}

}  // namespace

TEST_CASE("the wait for former workers ends when they are retired", "[serving][nginx]") {
    const test::NginxProcesses host;
    EventClock clock{[&] {
        host.end("101");
        host.end("102");
    }};
    CHECK(wait_for_workers(host, clock));
    CHECK(clock.passed() < 100ms);
}

TEST_CASE("the wait for former workers ends when patience does", "[serving][nginx]") {
    const test::NginxProcesses host;
    test::FakeClock clock;
    CHECK_FALSE(wait_for_workers(host, clock));
    CHECK(clock.passed() >= 3s);
    CHECK(clock.passed() < 4s);
}

TEST_CASE("where nginx cannot be seen the wait for its workers takes no time", "[serving][nginx]") {
    const test::NginxProcesses host;
    std::filesystem::remove(host.pid_file);
    test::FakeClock clock;
    CHECK(wait_for_workers(host, clock));
    CHECK(clock.passed() == 0s);
}
