#pragma once

#include <coroutine>
#include <optional>

#include "async/waiter.h"
#include "async/watch.h"

namespace async {

/// `co_await until_ready(fd, wanted)`: gives what the descriptor is ready for.
class [[nodiscard]] UntilReady : public NeverReady {
  public:
    UntilReady(int fd, Readiness wanted) : fd_(fd), readiness_(wanted) {}

    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) {
        Loop& loop = coroutine.promise().loop();
        waiter_.suspend(coroutine, loop);
        watch_.emplace(loop, fd_, readiness_, [this](Readiness ready) {
            readiness_ = ready;
            watch_.reset();
            waiter_.wake();
        });
    }
    Readiness await_resume() const noexcept { return readiness_; }

  private:
    int fd_;
    Readiness readiness_;
    Waiter waiter_;
    std::optional<Watch> watch_;
};

inline UntilReady until_ready(int fd, Readiness wanted) {
    return UntilReady{fd, wanted};
}

}  // namespace async
