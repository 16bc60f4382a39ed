// Takes the place of src/base/process.cpp, src/async/process.cpp and
// src/dokku/detached_process.cpp: programs are processes of the simulated host.
#include <algorithm>
#include <chrono>
#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "async/deadline.h"
#include "async/process.h"
#include "async/waiter.h"
#include "base/process.h"
#include "dokku/detached_process.h"
#include "simulation/kernel/kernel.h"
#include "simulation/seams/seams.h"

namespace simulation {
namespace {

constexpr int kKilled = 137;

Programs the_programs;
pid_t last_session = 0;

/// A program that was started, as the process that has started it sees it.
struct Child {
    pid_t pid = 0;
    pid_t parent = 0;
    std::vector<std::string> output;
    std::optional<int> ended{};
    std::function<void()> on_end{};
};

std::shared_ptr<Child> start_child(const base::Command& command) {
    auto child = std::make_shared<Child>();
    child->parent = kernel().current_pid();
    ProgramCall call;
    call.argv = command.argv;
    call.environment.insert(command.environment.begin(), command.environment.end());
    call.print = [child](const std::string& line) { child->output.push_back(line); };
    std::string name;
    for (const std::string& word : command.argv)
        name += (name.empty() ? "" : " ") + word;
    Process& process =
        kernel().start(name, [call = std::move(call)] { return the_programs(call); });
    child->pid = process.pid;
    process.when_ended.emplace_back([child, &process] {
        child->ended = process.fiber->has_ended() ? process.exit_code : kKilled;
        if (kernel().is_alive(child->parent) && child->on_end) child->on_end();
    });
    return child;
}

base::Exit finish(const base::Command& command, Child& child) {
    base::Exit exit;
    if (!child.ended) {
        kernel().kill(child.pid);
        exit.timed_out = true;
    }
    exit.code = child.ended.value_or(kKilled);
    for (const std::string& line : child.output) {
        if (command.on_output) command.on_output(line);
    }
    return exit;
}

/// `co_await ChildEnd(child)`.
class [[nodiscard]] ChildEnd : public async::NeverReady {
  public:
    explicit ChildEnd(Child& child) : child_(child) {}
    ChildEnd(const ChildEnd&) = delete;
    ChildEnd& operator=(const ChildEnd&) = delete;
    ChildEnd(ChildEnd&&) = delete;
    ChildEnd& operator=(ChildEnd&&) = delete;
    ~ChildEnd() { child_.on_end = nullptr; }

    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) {
        waiter_.suspend(coroutine, coroutine.promise().loop());
        child_.on_end = [this, parent = kernel().current()] {
            waiter_.wake();
            kernel().wake(*parent);
        };
    }
    void await_resume() const noexcept {}

  private:
    Child& child_;
    async::Waiter waiter_;
};

async::Task<void> end_of(Child& child) {
    co_await ChildEnd(child);
}

}  // namespace

void set_programs(Programs programs) {
    the_programs = std::move(programs);
}

bool close_output() {
    Process* self = kernel().current();
    const bool was_waited_for = !self->has_closed_output && !self->when_ended.empty();
    self->has_closed_output = true;
    return was_waited_for;
}

}  // namespace simulation

namespace base {

Result<Exit> run(const Command& command) {
    using simulation::kernel;
    const auto child = simulation::start_child(command);
    child->on_end = [parent = kernel().current()] { kernel().wake(*parent); };
    const auto deadline = kernel().now() + command.deadline;
    while (!child->ended && kernel().now() < deadline)
        kernel().sleep_until(deadline);
    child->on_end = nullptr;
    return simulation::finish(command, *child);
}

}  // namespace base

namespace async {

Task<base::Result<base::Exit>> run_process(base::Command command) {
    const auto child = simulation::start_child(command);
    Task<void> end = simulation::end_of(*child);
    co_await with_deadline(std::move(end), command.deadline);
    co_return simulation::finish(command, *child);
}

}  // namespace async

namespace dokku {

base::Result<base::UniqueFd> start_session(const std::vector<std::string>& argv) {
    base::Command command;
    command.argv = argv;
    simulation::last_session = simulation::start_child(command)->pid;
    return base::UniqueFd{};
}

/// The pipe of the session that this process has started last.
void relay_lines(const base::UniqueFd& /*pipe*/, std::chrono::milliseconds patience,
                 const std::function<void(std::string_view line)>& /*sink*/,
                 const std::function<bool()>& /*stop*/) {
    using simulation::kernel;
    constexpr std::chrono::milliseconds kLook{100};
    const pid_t session = simulation::last_session;
    const auto deadline = kernel().now() + patience;
    while (kernel().now() < deadline) {
        const auto* process = kernel().find(session);
        if (process == nullptr || process->has_closed_output) return;
        kernel().sleep_until(std::min(deadline, kernel().now() + kLook));
    }
    if (auto* process = kernel().find(session)) process->has_closed_output = true;
}

bool has_reader(int /*fd*/) {
    return !simulation::kernel().current()->has_closed_output;
}

void write_while_read(std::string_view /*text*/, const std::string& /*file*/) {}

void redirect_output(const std::string& /*file*/) {
    simulation::kernel().current()->has_closed_output = true;
}

}  // namespace dokku
