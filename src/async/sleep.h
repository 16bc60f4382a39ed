#pragma once

#include <chrono>
#include <coroutine>
#include <optional>

#include "async/timer.h"
#include "async/waiter.h"

namespace async {

/// `co_await sleep_for(duration)`: others run meanwhile. None, or a negative one: until the loop's
/// next turn.
class [[nodiscard]] Sleep : public NeverReady {
  public:
    explicit Sleep(std::chrono::milliseconds duration) : duration_(duration) {}

    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) {
        Loop& loop = coroutine.promise().loop();
        waiter_.suspend(coroutine, loop);
        timer_.emplace(loop, [this] { waiter_.wake(); });
        timer_->set(loop.now() + duration_);
    }
    void await_resume() const noexcept {}

  private:
    std::chrono::milliseconds duration_;
    Waiter waiter_;
    std::optional<Timer> timer_;
};

inline Sleep sleep_for(std::chrono::milliseconds duration) {
    return Sleep{duration};
}

}  // namespace async
