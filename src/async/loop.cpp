#include "async/loop.h"

#include <stdexcept>

namespace async {

void Waiter::wake() {
    loop_->ready_.add(*this);
}

Loop::Running::Running(Loop& loop) : loop_(loop) {
    if (loop.is_running_) throw std::logic_error{"a loop cannot be run by what runs on it"};
    loop.is_running_ = true;
}

Loop::TimerKey Loop::add_timer(Due& due, Moment when) {
    const TimerKey key{when, timers_made_++};
    timers_.emplace(key, &due);
    return key;
}

void Loop::fire_timers() {
    // A timer that is set for now by one that fires waits for the next turn.
    const TimerKey last{now(), timers_made_};
    while (!timers_.empty() && timers_.begin()->first.first <= last.first) {
        const auto first = timers_.begin();
        if (first->first.second >= last.second) return;
        first->second->fire();
    }
}

void Loop::resume(std::coroutine_handle<> coroutine) {
    next_ = coroutine;
    while (next_)
        std::exchange(next_, nullptr).resume();
}

void Loop::resume_ready() {
    // Those that become ready meanwhile wait for the next turn, so that timers and descriptors have
    // theirs too.
    WaiterList batch;
    batch.take_all(ready_);
    while (!batch.empty()) {
        Waiter& first = batch.front();
        first.leave();
        resume(first.coroutine_);
    }
}

void Loop::wait_for_events() {
    if (!ready_.empty()) {
        wait(Moment::min());
    } else if (!timers_.empty()) {
        wait(timers_.begin()->first.first);
    } else {
        wait(std::nullopt);
    }
    fire_timers();
}

}  // namespace async
