#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "async/waiter.h"
#include "base/clock.h"

namespace async {

template <class T>
class Task;
class Watch;

/// What is due at a moment: the side of a Timer that a loop knows.
class Due {
  public:
    Due() = default;
    Due(const Due&) = delete;
    Due& operator=(const Due&) = delete;
    Due(Due&&) = delete;
    Due& operator=(Due&&) = delete;

    /// May add or remove what is due, itself too.
    virtual void fire() = 0;

  protected:
    ~Due() = default;
};

/// Runs coroutines: one at a time, each until it waits for something. Only the loop resumes a
/// coroutine; what notices an event (a timer, a descriptor, a callback of a library) wakes a Waiter
/// and returns. Not for threads. What waits on a loop ends before it.
class Loop {
  public:
    using Moment = base::Clock::Monotonic;

    explicit Loop(base::Clock& clock) : clock_(clock) {}
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    Loop(Loop&&) = delete;
    Loop& operator=(Loop&&) = delete;
    virtual ~Loop() = default;

    /// Runs the task and all that it starts until it ends; gives what it returns or throws. Throws
    /// std::logic_error when nothing could ever wake what is left (a lost wake-up), and within
    /// itself: what runs on the loop awaits.
    template <class T>
    T run(Task<T> task);

    Moment now() const { return clock_.monotonic(); }

  protected:
    base::Clock& clock() { return clock_; }

    /// Waits for descriptors until `until` (none: without end) and calls what watches those that
    /// are ready. Returns at once if that moment has passed, and throws std::logic_error where
    /// neither a moment nor a descriptor can end the wait.
    virtual void wait(std::optional<Moment> until) = 0;

  private:
    friend class Waiter;
    friend class Timer;
    friend class Watch;
    friend class PromiseBase;

    /// Marks the loop as running.
    class Running {
      public:
        explicit Running(Loop& loop);
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        Running(Running&&) = delete;
        Running& operator=(Running&&) = delete;
        ~Running() { loop_.is_running_ = false; }

      private:
        Loop& loop_;
    };

    using TimerKey = std::pair<Moment, std::uint64_t>;  ///< those of one moment in their order

    virtual void add(Watch& watch) = 0;
    virtual void change(Watch& watch) = 0;
    virtual void remove(Watch& watch) = 0;

    TimerKey add_timer(Due& due, Moment when);
    void remove_timer(const TimerKey& key) { timers_.erase(key); }
    void fire_timers();

    /// What the running coroutine leaves to be resumed as soon as it is suspended. Instead of
    /// symmetric transfer, which g++ turns into a tail call only when it optimises.
    void resume_next(std::coroutine_handle<> coroutine) { next_ = coroutine; }
    void resume(std::coroutine_handle<> coroutine);
    void resume_ready();
    void wait_for_events();

    base::Clock& clock_;
    bool is_running_ = false;
    WaiterList ready_;
    std::coroutine_handle<> next_;
    std::map<TimerKey, Due*> timers_;
    std::uint64_t timers_made_ = 0;
};

}  // namespace async
