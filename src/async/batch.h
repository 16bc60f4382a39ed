#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "async/all.h"
#include "async/task.h"

namespace async {

/// Tasks for the indexes from 0 on, none of which needs what another one gives.
template <class T>
struct Batch {
    std::size_t count = 0;
    std::size_t at_once = 1;
    std::function<bool()> may_start;  ///< asked before each
    std::function<Task<T>(std::size_t index)> start;
};

/// Runs a batch. One after another takes the next index.
template <class T>
class BatchRun {
  public:
    explicit BatchRun(Batch<T> batch) : batch_(std::move(batch)), results_(batch_.count) {}

    Task<std::vector<std::optional<T>>> run() {
        const std::size_t at_once = std::min(batch_.count, batch_.at_once);
        std::vector<Task<void>> side_by_side;
        side_by_side.reserve(at_once);
        for (std::size_t i = 0; i < at_once; ++i)
            side_by_side.push_back(run_one_after_another());
        co_await all(std::move(side_by_side));
        co_return std::move(results_);
    }

  private:
    Task<void> run_one_after_another() {
        while (!failed_ && next_ < results_.size() && batch_.may_start()) {
            const std::size_t index = next_++;
            auto result = co_await batch_.start(index);
            if (!result) failed_ = true;
            results_[index] = std::move(result);
        }
    }

    Batch<T> batch_;
    std::vector<std::optional<T>> results_;
    std::size_t next_ = 0;
    bool failed_ = false;
};

/// Runs at most `at_once` of them side by side, started in their order. Once one has given what is
/// false, or `may_start` says no, no other one is started: it has nothing in the results.
template <class T>
Task<std::vector<std::optional<T>>> run_batch(Batch<T> batch) {
    BatchRun<T> running{std::move(batch)};
    auto results = co_await running.run();
    co_return results;
}

}  // namespace async
