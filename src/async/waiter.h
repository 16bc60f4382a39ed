#pragma once

#include <coroutine>

namespace async {

class Loop;

/// A place in a list of what waits. Leaves the list when it is destroyed, so that no list ever
/// holds a coroutine that is gone.
class ListPlace {
  public:
    ListPlace() = default;
    ListPlace(const ListPlace&) = delete;
    ListPlace& operator=(const ListPlace&) = delete;
    ListPlace(ListPlace&&) = delete;
    ListPlace& operator=(ListPlace&&) = delete;
    ~ListPlace() { leave(); }

    bool is_alone() const { return next_ == this; }

    void leave() {
        before_->next_ = next_;
        next_->before_ = before_;
        before_ = next_ = this;
    }

    /// As the last one of the list whose head that is.
    void enter(ListPlace& head) {
        leave();
        before_ = head.before_;
        next_ = &head;
        before_->next_ = this;
        next_->before_ = this;
    }

    ListPlace& next() { return *next_; }

    /// All that stand behind that head stand behind this one then, which was alone.
    void take_all(ListPlace& head) {
        if (head.is_alone()) return;
        enter(head);
        head.leave();
    }

  private:
    ListPlace* before_ = this;
    ListPlace* next_ = this;
};

/// An awaiter that is never there at once.
struct NeverReady {
    // NOLINTNEXTLINE(readability-convert-member-functions-to-static): the language calls it
    bool await_ready() const noexcept { return false; }
};

/// A suspended coroutine: what waits for an event has one as a member.
class Waiter : private ListPlace {
  public:
    /// From here on `coroutine` is resumed by `loop` once wake() was called.
    void suspend(std::coroutine_handle<> coroutine, Loop& loop) {
        coroutine_ = coroutine;
        loop_ = &loop;
    }

    /// Has the loop resume it in its next turn. Nothing is resumed within this call.
    void wake();

  private:
    friend class Loop;
    friend class WaiterList;

    std::coroutine_handle<> coroutine_;
    Loop* loop_ = nullptr;
};

/// Suspended coroutines, the one that came first in front.
class WaiterList {
  public:
    bool empty() const { return head_.is_alone(); }
    void add(Waiter& waiter) { waiter.enter(head_); }
    Waiter& front() { return static_cast<Waiter&>(head_.next()); }

    void take_all(WaiterList& other) { head_.take_all(other.head_); }

    void wake_all() {
        while (!empty())
            front().wake();
    }

  private:
    ListPlace head_;
};

}  // namespace async
