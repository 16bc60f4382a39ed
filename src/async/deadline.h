#pragma once

#include <chrono>
#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

#include "async/task.h"
#include "async/timer.h"
#include "async/waiter.h"

namespace async {

/// `co_await with_deadline(std::move(task), duration)`: what the task gives, or nothing if it has
/// not ended by then: it is cancelled in that moment. For a Task<void>: whether it has ended. What
/// it throws is thrown. If both fall together, the deadline wins.
template <class T>
class [[nodiscard]] WithDeadline final : public TaskEnd, public NeverReady {
  public:
    WithDeadline(Task<T> task, std::chrono::milliseconds duration)
        : task_(std::move(task)), duration_(duration) {}

    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> parent) {
        Loop& loop = parent.promise().loop();
        parent_.suspend(parent, loop);
        coroutine_ = parent;
        timer_.emplace(loop, [this] {
            task_.reset();
            parent_.wake();
        });
        timer_->set(loop.now() + duration_);
        task_->start(loop, *this);
    }
    auto await_resume() {
        if constexpr (std::is_void_v<T>) {
            if (task_) task_->take();
            return task_.has_value();
        } else {
            return task_ ? std::optional<T>{task_->take()} : std::nullopt;
        }
    }

    std::coroutine_handle<> child_ended() noexcept override {
        timer_->cancel();
        return coroutine_;
    }

  private:
    std::optional<Task<T>> task_;
    std::chrono::milliseconds duration_;
    std::coroutine_handle<> coroutine_;
    Waiter parent_;
    std::optional<Timer> timer_;
};

template <class T>
WithDeadline<T> with_deadline(Task<T> task, std::chrono::milliseconds duration) {
    return WithDeadline<T>{std::move(task), duration};
}

}  // namespace async
