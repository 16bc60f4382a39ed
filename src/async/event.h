#pragma once

#include <coroutine>

#include "async/waiter.h"

namespace async {

/// Something that happens once. `co_await event.wait()`: until it has happened.
class Event {
  public:
    class [[nodiscard]] Wait {
      public:
        explicit Wait(Event& event) : event_(event) {}

        bool await_ready() const noexcept { return event_.happened_; }
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> coroutine) {
            waiter_.suspend(coroutine, coroutine.promise().loop());
            event_.waiting_.add(waiter_);
        }
        void await_resume() const noexcept {}

      private:
        Event& event_;
        Waiter waiter_;
    };

    /// Wakes all that wait for it.
    void set() {
        happened_ = true;
        waiting_.wake_all();
    }
    bool happened() const { return happened_; }

    Wait wait() { return Wait{*this}; }

  private:
    bool happened_ = false;
    WaiterList waiting_;
};

}  // namespace async
