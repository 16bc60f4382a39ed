#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "async/loop.h"

namespace async {

/// Calls a function at a moment, once each time that it is set. The function wakes a Waiter or
/// calls a library; it may set or destroy timers, this one too.
class Timer final : private Due {
  public:
    Timer(Loop& loop, std::function<void()> on_time) : loop_(loop), on_time_(std::move(on_time)) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    Timer(Timer&&) = delete;
    Timer& operator=(Timer&&) = delete;
    ~Timer() { cancel(); }

    /// Instead of the moment for which it was set before.
    void set(Loop::Moment when) {
        cancel();
        key_ = loop_.add_timer(*this, when);
    }

    void cancel() {
        if (key_) loop_.remove_timer(*key_);
        key_.reset();
    }

  private:
    void fire() override {
        cancel();
        const auto on_time = on_time_;  // which may destroy this timer
        on_time();
    }

    Loop& loop_;
    std::function<void()> on_time_;
    std::optional<Loop::TimerKey> key_;
};

}  // namespace async
