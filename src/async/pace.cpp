#include "async/pace.h"

#include "async/sleep.h"

namespace async {

std::chrono::milliseconds Pace::try_begin() {
    const auto now = clock_.monotonic();
    if (begun_.size() == most_) {
        const auto free = begun_.front() + span_;
        if (now < free) return std::chrono::ceil<std::chrono::milliseconds>(free - now);
        begun_.pop_front();
    }
    begun_.push_back(now);
    return std::chrono::milliseconds{0};
}

Task<void> Pace::begin() {
    while (true) {
        const auto not_yet = try_begin();
        if (not_yet.count() == 0) co_return;
        co_await sleep_for(not_yet);
    }
}

}  // namespace async
