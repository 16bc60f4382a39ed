#include "simulation/kernel/fiber.h"

#include <cxxabi.h>
#include <stdexcept>
#include <sys/mman.h>
#include <utility>
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace simulation {
namespace {

constexpr std::size_t kStackBytes = 1UL << 20U;
constexpr std::size_t kGuardBytes = 4096;

std::vector<void*> free_stacks;
Fiber* entering = nullptr;

void* take_stack() {
    if (!free_stacks.empty()) {
        void* stack = free_stacks.back();
        free_stacks.pop_back();
        return stack;
    }
    void* stack = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stack == MAP_FAILED) throw std::runtime_error("no memory for a stack");
    if (::mprotect(stack, kGuardBytes, PROT_NONE) != 0) throw std::runtime_error("mprotect");
    return stack;
}

void give_back(void* stack) {
#ifdef __SANITIZE_ADDRESS__
    __asan_unpoison_memory_region(static_cast<char*>(stack) + kGuardBytes,
                                  kStackBytes - kGuardBytes);
#endif
    free_stacks.push_back(stack);
}

void announce_switch([[maybe_unused]] void** kept, [[maybe_unused]] const void* bottom,
                     [[maybe_unused]] std::size_t size) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(kept, bottom, size);
#endif
}

void end_switch([[maybe_unused]] void* kept, [[maybe_unused]] const void** bottom,
                [[maybe_unused]] std::size_t* size) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(kept, bottom, size);
#endif
}

}  // namespace

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)), stack_(take_stack()) {
    if (::getcontext(&inside_) != 0) throw std::runtime_error("getcontext");
    inside_.uc_stack.ss_sp = static_cast<char*>(stack_) + kGuardBytes;
    inside_.uc_stack.ss_size = kStackBytes - kGuardBytes;
    inside_.uc_link = nullptr;
    ::makecontext(&inside_, &Fiber::enter, 0);
}

Fiber::~Fiber() {
    give_back(stack_);
}

void Fiber::enter() {
    Fiber& self = *std::exchange(entering, nullptr);
    end_switch(self.fake_stack_, &self.outer_bottom_, &self.outer_size_);
    self.body_();
    self.has_ended_ = true;
    announce_switch(nullptr, self.outer_bottom_, self.outer_size_);
    ::setcontext(&self.outside_);
}

void Fiber::swap_exceptions() {
    // Opaque in the header; its layout is that of the Itanium C++ ABI, 2.2.2.
    auto* globals = reinterpret_cast<Exceptions*>(abi::__cxa_get_globals());
    std::swap(*globals, exceptions_);
}

void Fiber::resume() {
    if (!has_ended_) entering = this;
    swap_exceptions();
    announce_switch(&outer_fake_stack_, inside_.uc_stack.ss_sp, inside_.uc_stack.ss_size);
    ::swapcontext(&outside_, &inside_);
    end_switch(outer_fake_stack_, nullptr, nullptr);
    swap_exceptions();
}

void Fiber::suspend() {
    announce_switch(&fake_stack_, outer_bottom_, outer_size_);
    ::swapcontext(&inside_, &outside_);
    end_switch(fake_stack_, &outer_bottom_, &outer_size_);
}

}  // namespace simulation
