#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>
#include <variant>

#include "async/loop.h"
#include "async/waiter.h"

namespace async {

/// Told when a task has ended.
class TaskEnd {
  public:
    TaskEnd() = default;
    TaskEnd(const TaskEnd&) = delete;
    TaskEnd& operator=(const TaskEnd&) = delete;
    TaskEnd(TaskEnd&&) = delete;
    TaskEnd& operator=(TaskEnd&&) = delete;

    /// Gives the coroutine that waited for it, or none. To be resumed by the loop, not in here.
    virtual std::coroutine_handle<> child_ended() noexcept = 0;

  protected:
    ~TaskEnd() = default;
};

/// What tasks of all types know: the loop on which they run, and who waits for their end.
class PromiseBase {
  public:
    struct End : NeverReady {
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
            PromiseBase& promise = ended.promise();
            promise.loop_->resume_next(promise.end_->child_ended());
        }
        void await_resume() const noexcept {}
    };

    // NOLINTNEXTLINE(readability-convert-member-functions-to-static): the language calls it
    std::suspend_always initial_suspend() const noexcept { return {}; }
    // NOLINTNEXTLINE(readability-convert-member-functions-to-static): the language calls it
    End final_suspend() const noexcept { return {}; }

    Loop& loop() const { return *loop_; }

    /// Runs it as soon as the coroutine that awaits it is suspended.
    void run_next(std::coroutine_handle<> self, Loop& loop, TaskEnd& end) {
        loop_ = &loop;
        end_ = &end;
        loop.resume_next(self);
    }

    /// Runs it in the loop's next turn.
    void run_later(std::coroutine_handle<> self, Loop& loop, TaskEnd& end) {
        loop_ = &loop;
        end_ = &end;
        start_.suspend(self, loop);
        start_.wake();
    }

  private:
    Loop* loop_ = nullptr;
    TaskEnd* end_ = nullptr;
    Waiter start_;
};

template <class T>
class Promise : public PromiseBase {
  public:
    Task<T> get_return_object();
    template <class Value>
    void return_value(Value&& value) {
        result_.template emplace<1>(std::forward<Value>(value));
    }
    void unhandled_exception() { result_.template emplace<2>(std::current_exception()); }

    T take() {
        if (auto* thrown = std::get_if<2>(&result_)) std::rethrow_exception(*thrown);
        return std::get<1>(std::move(result_));
    }

  private:
    std::variant<std::monostate, T, std::exception_ptr> result_;
};

template <>
class Promise<void> : public PromiseBase {
  public:
    Task<void> get_return_object();
    void return_void() {}
    void unhandled_exception() { thrown_ = std::current_exception(); }

    void take() {
        if (thrown_) std::rethrow_exception(thrown_);
    }

  private:
    std::exception_ptr thrown_;
};

/// A coroutine that gives a T, owned. It starts when it is awaited (or given to a loop, all() or
/// with_deadline()), and is awaited once: `co_await task` gives what it returned or throws what it
/// threw. Destroying it while it waits cancels it: what it holds is released, its own tasks first,
/// and it is not resumed. A destructor cannot await, so what has to be talked about at the end (a
/// route that is taken off, a claim that is released) belongs into the coroutine that awaits it.
///
/// What statements with `co_await` may look like: scripts/check-coroutines.sh.
template <class T>
class [[nodiscard]] Task {
  public:
    using promise_type = Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle coroutine) : coroutine_(coroutine) {}
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        Task old{std::exchange(coroutine_, std::exchange(other.coroutine_, nullptr))};
        return *this;
    }
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    bool done() const { return coroutine_ && coroutine_.done(); }

    /// For what runs tasks: starts it in the loop's next turn.
    void start(Loop& loop, TaskEnd& end) { coroutine_.promise().run_later(coroutine_, loop, end); }

    /// For what runs tasks: what it returned or threw. It has ended.
    T take() { return coroutine_.promise().take(); }

    class Awaiter final : public TaskEnd, public NeverReady {
      public:
        explicit Awaiter(Handle child) : child_(child) {}

        template <class Parent>
        void await_suspend(std::coroutine_handle<Parent> parent) {
            parent_ = parent;
            child_.promise().run_next(child_, parent.promise().loop(), *this);
        }
        T await_resume() { return child_.promise().take(); }

        std::coroutine_handle<> child_ended() noexcept override { return parent_; }

      private:
        Handle child_;
        std::coroutine_handle<> parent_;
    };

    Awaiter operator co_await() const { return Awaiter{coroutine_}; }

  private:
    Handle coroutine_;
};

template <class T>
Task<T> Promise<T>::get_return_object() {
    return Task<T>{std::coroutine_handle<Promise>::from_promise(*this)};
}

inline Task<void> Promise<void>::get_return_object() {
    return Task<void>{std::coroutine_handle<Promise>::from_promise(*this)};
}

template <class T>
T Loop::run(Task<T> task) {
    class RootEnd final : public TaskEnd {
        std::coroutine_handle<> child_ended() noexcept override { return nullptr; }
    } end;
    const Running running{*this};
    task.start(*this, end);
    while (true) {
        resume_ready();
        if (task.done()) return task.take();
        wait_for_events();
    }
}

}  // namespace async
