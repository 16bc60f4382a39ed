#pragma once

#include <coroutine>
#include <cstddef>
#include <utility>

#include "async/waiter.h"

namespace async {

/// At most so many at once; those that wait get in, in the order in which they came.
class Semaphore {
  public:
    /// A place that is given back when this is destroyed. Not to outlive the semaphore.
    class [[nodiscard]] Permit {
      public:
        explicit Permit(Semaphore& semaphore) : semaphore_(&semaphore) {}
        Permit(const Permit&) = delete;
        Permit& operator=(const Permit&) = delete;
        Permit(Permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
        Permit& operator=(Permit&& other) noexcept {
            Permit old{std::move(*this)};
            semaphore_ = std::exchange(other.semaphore_, nullptr);
            return *this;
        }
        ~Permit() { give_back(); }

        void give_back() {
            if (semaphore_ != nullptr) std::exchange(semaphore_, nullptr)->release();
        }

      private:
        Semaphore* semaphore_;
    };

    class [[nodiscard]] Acquire : private Waiter {
      public:
        explicit Acquire(Semaphore& semaphore) : semaphore_(semaphore) {}
        Acquire(const Acquire&) = delete;
        Acquire& operator=(const Acquire&) = delete;
        Acquire(Acquire&&) = delete;
        Acquire& operator=(Acquire&&) = delete;
        /// One that was cancelled after its turn had come passes the place on.
        ~Acquire() {
            if (granted_) semaphore_.release();
        }

        bool await_ready() noexcept {
            if (semaphore_.free_ == 0) return false;
            --semaphore_.free_;
            granted_ = true;
            return true;
        }
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> coroutine) {
            suspend(coroutine, coroutine.promise().loop());
            semaphore_.waiting_.add(*this);
        }
        Permit await_resume() noexcept {
            granted_ = false;
            return Permit{semaphore_};
        }

      private:
        friend class Semaphore;
        Semaphore& semaphore_;
        bool granted_ = false;
    };

    explicit Semaphore(std::size_t places) : free_(places) {}

    /// `Semaphore::Permit permit = co_await semaphore.acquire();`
    Acquire acquire() { return Acquire{*this}; }

  private:
    void release() {
        if (waiting_.empty()) {
            ++free_;
            return;
        }
        auto& first = static_cast<Acquire&>(waiting_.front());
        first.granted_ = true;
        first.wake();
    }

    std::size_t free_;
    WaiterList waiting_;
};

}  // namespace async
