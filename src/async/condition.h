#pragma once

#include <coroutine>

#include "async/waiter.h"

namespace async {

/// Tells those who wait that something has changed; they look whether it is what they wait for:
/// `while (!is_there()) co_await changed.wait();`
class Condition {
  public:
    class [[nodiscard]] Wait : public NeverReady {
      public:
        explicit Wait(Condition& condition) : condition_(condition) {}

        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> coroutine) {
            waiter_.suspend(coroutine, coroutine.promise().loop());
            condition_.waiting_.add(waiter_);
        }
        void await_resume() const noexcept {}

      private:
        Condition& condition_;
        Waiter waiter_;
    };

    void notify_all() { waiting_.wake_all(); }

    Wait wait() { return Wait{*this}; }

  private:
    WaiterList waiting_;
};

}  // namespace async
