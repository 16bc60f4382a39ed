#include "async/process.h"

#include <chrono>
#include <coroutine>
#include <csignal>
#include <optional>
#include <utility>

#include "async/deadline.h"
#include "async/timer.h"
#include "async/waiter.h"
#include "async/watch.h"
#include "base/process.h"

namespace async {
namespace {

/// How often a child is looked at where the kernel cannot tell of its end.
constexpr std::chrono::milliseconds kLook{10};

/// `co_await ChildEnd(child)`: takes its output until it has ended.
class [[nodiscard]] ChildEnd {
  public:
    explicit ChildEnd(base::Child& child) : child_(child) {}

    bool await_ready() { return child_.has_ended(); }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) {
        Loop& loop = coroutine.promise().loop();
        waiter_.suspend(coroutine, loop);
        drain_on(output_, child_.output(), loop);
        drain_on(errors_, child_.errors(), loop);
        if (child_.pid_fd() >= 0) {
            end_.emplace(loop, child_.pid_fd(), Readiness{.to_read = true},
                         [this](Readiness) { note_end(); });
        } else {
            look_again_.emplace(loop, [this, &loop] {
                if (!child_.has_ended()) return look_again_->set(loop.now() + kLook);
                note_end();
            });
            look_again_->set(loop.now() + kLook);
        }
    }
    void await_resume() const noexcept {}

  private:
    static void drain_on(std::optional<Watch>& watch, base::LinePipe& pipe, Loop& loop) {
        if (pipe.reading() < 0) return;
        watch.emplace(loop, pipe.reading(), Readiness{.to_read = true}, [&watch, &pipe](Readiness) {
            if (!pipe.drain()) watch.reset();
        });
    }

    /// What a background process still writes to its pipes holds nobody up.
    void note_end() {
        end_.reset();
        output_.reset();
        errors_.reset();
        waiter_.wake();
    }

    base::Child& child_;
    Waiter waiter_;
    std::optional<Watch> end_;
    std::optional<Watch> output_;
    std::optional<Watch> errors_;
    std::optional<Timer> look_again_;
};

Task<void> end_of(base::Child& child) {
    co_await ChildEnd(child);
}

}  // namespace

Task<base::Result<base::Exit>> run_process(base::Command command) {
    auto child = base::Child::start(command, base::Child::Group::of_its_own);
    if (!child) co_return std::move(child).error();

    base::Exit exit;
    Task<void> end = end_of(*child);
    bool ended = co_await with_deadline(std::move(end), command.deadline);
    if (!ended) {
        exit.timed_out = true;
        child->send(SIGTERM);
        end = end_of(*child);
        ended = co_await with_deadline(std::move(end), command.grace);
    }
    if (!ended) {
        child->send(SIGKILL);
        end = end_of(*child);
        co_await end;
    }
    child->has_ended();
    exit.code = child->finish();
    co_return exit;
}

}  // namespace async
