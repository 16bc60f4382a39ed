#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <vector>

#include "async/loop.h"
#include "async/watch.h"

namespace test {

/// A loop on which nothing waits: when no coroutine can run, its clock moves on to the next timer.
/// For a clock whose sleep_for() moves it at once (test::FakeClock). Only what descriptors tell,
/// the end of a program for one, is waited for in real time: the clock stands still meanwhile,
/// unless they tell nothing for kPatience.
class SimulatedLoop final : public async::Loop {
  public:
    using Loop::Loop;

  private:
    static constexpr std::chrono::milliseconds kPatience{std::chrono::seconds{10}};

    void wait(std::optional<Moment> until) override {
        const bool is_over = until && *until <= now();
        if (notice_ready(is_over ? std::chrono::milliseconds{0} : kPatience)) return;
        if (!until) throw std::logic_error{"stuck: nothing could end the wait"};
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(std::max(*until, now()) - now());
        if (left.count() > 0) clock().sleep_for(left);
    }
    void add(async::Watch& watch) override { watched_.insert_or_assign(watch.fd(), &watch); }
    void change(async::Watch& /*watch*/) override {}
    void remove(async::Watch& watch) override {
        const auto place = watched_.find(watch.fd());
        if (place != watched_.end() && place->second == &watch) watched_.erase(place);
    }

    /// Calls what watches descriptors that are ready. Returns whether there is one.
    bool notice_ready(std::chrono::milliseconds patience) {
        const auto watched = watched_;
        std::vector<pollfd> descriptors;
        descriptors.reserve(watched.size());
        for (const auto& [fd, watch] : watched)
            descriptors.push_back({fd, events_of(watch->wanted()), 0});
        if (descriptors.empty()) return false;
        if (::poll(descriptors.data(), descriptors.size(), static_cast<int>(patience.count())) <= 0)
            return false;
        for (const pollfd& one : descriptors) {
            const auto place = watched_.find(one.fd);
            const bool is_same = place != watched_.end() && place->second == watched.at(one.fd);
            if (is_same && one.revents != 0) place->second->notice(ready_of(one, *place->second));
        }
        return true;
    }

    static short events_of(async::Readiness wanted) {
        return static_cast<short>((wanted.to_read ? POLLIN : 0) | (wanted.to_write ? POLLOUT : 0));
    }

    static async::Readiness ready_of(const pollfd& one, const async::Watch& watch) {
        if ((one.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return watch.wanted();
        return {(one.revents & POLLIN) != 0, (one.revents & POLLOUT) != 0};
    }

    std::map<int, async::Watch*> watched_;
};

}  // namespace test
