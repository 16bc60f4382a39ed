#pragma once

#include <coroutine>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "async/task.h"
#include "async/waiter.h"

namespace async {

/// `co_await all(std::move(tasks))`: runs them side by side to the end of the last one. Gives what
/// they returned in their order, or throws what the first one of them in that order threw.
template <class T>
class [[nodiscard]] All final : public TaskEnd {
  public:
    explicit All(std::vector<Task<T>> tasks) : running_(tasks.size()), tasks_(std::move(tasks)) {}

    bool await_ready() const noexcept { return tasks_.empty(); }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> parent) {
        parent_ = parent;
        for (Task<T>& task : tasks_)
            task.start(parent.promise().loop(), *this);
    }
    auto await_resume() {
        if constexpr (std::is_void_v<T>) {
            for (Task<T>& task : tasks_)
                task.take();
        } else {
            std::vector<T> results;
            results.reserve(tasks_.size());
            for (Task<T>& task : tasks_)
                results.push_back(task.take());
            return results;
        }
    }

    std::coroutine_handle<> child_ended() noexcept override {
        return --running_ == 0 ? parent_ : nullptr;
    }

  private:
    std::size_t running_;
    std::coroutine_handle<> parent_;
    std::vector<Task<T>> tasks_;
};

template <class T>
All<T> all(std::vector<Task<T>> tasks) {
    return All<T>{std::move(tasks)};
}

}  // namespace async
