#pragma once

#include <cstddef>
#include <functional>
#include <ucontext.h>

namespace simulation {

/// A stack of its own on which a function runs until it suspends itself. One that is destroyed
/// before its function has returned is abandoned: nothing on its stack is destroyed, as in a
/// process that is killed.
class Fiber {
  public:
    explicit Fiber(std::function<void()> body);
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;
    Fiber(Fiber&&) = delete;
    Fiber& operator=(Fiber&&) = delete;
    ~Fiber();

    /// Runs it until it suspends itself or returns. Only from outside of all fibers.
    void resume();

    bool has_ended() const { return has_ended_; }

    /// Back to who has resumed it. Called by what runs on it.
    void suspend();

  private:
    /// What a thread knows of its exceptions (__cxa_get_globals): each stack has its own.
    struct Exceptions {
        void* caught = nullptr;
        unsigned uncaught = 0;
    };

    static void enter();
    void swap_exceptions();

    std::function<void()> body_;
    void* stack_;
    ucontext_t inside_{};
    ucontext_t outside_{};
    Exceptions exceptions_;
    bool has_ended_ = false;
    void* fake_stack_ = nullptr;  ///< of AddressSanitizer, as is the next one
    void* outer_fake_stack_ = nullptr;
    const void* outer_bottom_ = nullptr;
    std::size_t outer_size_ = 0;
};

}  // namespace simulation
