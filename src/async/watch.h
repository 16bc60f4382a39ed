#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "async/loop.h"

namespace async {

/// What a descriptor is watched for, and what it is ready for. A descriptor that has failed, or
/// whose other end is gone, is ready for all that it is watched for.
struct Readiness {
    bool to_read = false;
    bool to_write = false;

    bool any() const { return to_read || to_write; }
};

/// Calls a function whenever a descriptor is ready, as long as it is. One descriptor has one watch.
/// The function wakes a Waiter or calls a library; it may change or destroy watches, this one too.
/// The descriptor stays its owner's; if that closes it, the watch is to be destroyed before.
class Watch {
  public:
    Watch(Loop& loop, int fd, Readiness wanted, std::function<void(Readiness)> on_ready)
        : loop_(loop), fd_(fd), wanted_(wanted), on_ready_(std::move(on_ready)) {
        loop_.add(*this);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    Watch(Watch&&) = delete;
    Watch& operator=(Watch&&) = delete;
    ~Watch() { loop_.remove(*this); }

    int fd() const { return fd_; }
    Readiness wanted() const { return wanted_; }

    void change(Readiness wanted) {
        wanted_ = wanted;
        loop_.change(*this);
    }

    /// For loops: the descriptor is ready.
    void notice(Readiness ready) {
        const auto on_ready = on_ready_;  // which may destroy this watch
        on_ready(ready);
    }

  private:
    Loop& loop_;
    int fd_;
    Readiness wanted_;
    std::function<void(Readiness)> on_ready_;
};

}  // namespace async
