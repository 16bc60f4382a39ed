#include "simulation/kernel/kernel.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unistd.h>

namespace simulation {
namespace {

Kernel* the_kernel = nullptr;

/// 2026-01-01, in seconds since 1970.
constexpr std::int64_t kFirstDay = 1'767'225'600;

bool is_lock_file(int fd) {
    std::array<char, 4096> target{};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = ::readlink(link.c_str(), target.data(), target.size() - 1);
    return length > 0 && std::string{target.data()}.find("/locks/") != std::string::npos;
}

}  // namespace

Kernel& kernel() {
    return *the_kernel;
}

bool has_kernel() {
    return the_kernel != nullptr;
}

Kernel::Kernel() {
    the_kernel = this;
}

Kernel::~Kernel() {
    on_end = nullptr;
    while (!processes_.empty())
        end(processes_.begin()->first, true);
    the_kernel = nullptr;
}

base::UtcTime Kernel::true_time() const {
    return base::from_unix(kFirstDay) + std::chrono::floor<std::chrono::seconds>((now_ - kBegin));
}

std::chrono::seconds Kernel::since_boot() const {
    return std::chrono::floor<std::chrono::seconds>(now_ - booted_);
}

void Kernel::call_at(Moment when, std::function<void()> what) {
    calls_.emplace(std::pair{std::max(when, now_), turns_++}, std::move(what));
}

Process& Kernel::start(std::string name, std::function<int()> main) {
    auto process = std::make_unique<Process>();
    Process& one = *process;
    one.pid = next_pid_++;
    one.name = std::move(name);
    one.started = one.wakes = now_;
    one.turn = turns_++;
    one.fiber = std::make_unique<Fiber>([&one, main = std::move(main)] { one.exit_code = main(); });
    processes_.emplace(one.pid, std::move(process));
    return one;
}

Process* Kernel::find(pid_t pid) {
    const auto found = processes_.find(pid);
    return found == processes_.end() ? nullptr : found->second.get();
}

std::vector<Process*> Kernel::all() {
    std::vector<Process*> all;
    for (const auto& [pid, process] : processes_)
        all.push_back(process.get());
    return all;
}

Process* Kernel::next() {
    Process* first = nullptr;
    for (const auto& [pid, process] : processes_) {
        if (first == nullptr ||
            std::pair{process->wakes, process->turn} < std::pair{first->wakes, first->turn}) {
            first = process.get();
        }
    }
    return first;
}

void Kernel::run_until(Moment until) {
    while (true) {
        Process* process = next();
        const bool is_call = !calls_.empty() &&
                             (process == nullptr || calls_.begin()->first.first <= process->wakes);
        if (!is_call && process == nullptr) break;
        const Moment when = is_call ? calls_.begin()->first.first : process->wakes;
        if (when > until) break;
        now_ = std::max(now_, when);
        if (is_call) {
            const auto what = std::move(calls_.begin()->second);
            calls_.erase(calls_.begin());
            what();
        } else {
            run(*process);
        }
    }
    now_ = std::max(now_, until);
}

void Kernel::run(Process& process) {
    process.wakes = Moment::max();
    process.turn = turns_++;
    current_ = &process;
    process.fiber->resume();
    current_ = nullptr;
    const bool is_killed = std::exchange(must_die_, false);
    if (is_killed || process.fiber->has_ended()) end(process.pid, is_killed);
}

void Kernel::end(pid_t pid, bool is_killed) {
    const auto found = processes_.find(pid);
    const std::unique_ptr<Process> process = std::move(found->second);
    processes_.erase(found);
    close_locks(pid);
    for (const auto& told : process->when_ended)
        told();
    if (on_end) on_end(*process, is_killed);
}

void Kernel::kill(pid_t pid) {
    if (current_ != nullptr && current_->pid == pid) {
        must_die_ = true;
        current_->fiber->suspend();
    }
    if (is_alive(pid)) end(pid, true);
}

void Kernel::reboot() {
    if (current_ != nullptr) throw std::logic_error("a process cannot reboot the host");
    while (!processes_.empty())
        end(processes_.begin()->first, true);
    boot_id_ = "simulated-boot-" + std::to_string(++boots_);
    booted_ = now_;
}

void Kernel::sleep_until(Moment until) {
    if (current_ == nullptr) throw std::logic_error("the simulation itself cannot sleep");
    note_step();
    current_->wakes = std::max(until, now_);
    current_->turn = turns_++;
    current_->fiber->suspend();
}

void Kernel::note_step(std::string_view path) {
    if (current_ == nullptr || current_->steps_to_death == 0) return;
    if (path.find(current_->deadly_path) == std::string_view::npos) return;
    if (--current_->steps_to_death > 0) return;
    must_die_ = true;
    current_->fiber->suspend();
}

void Kernel::close_locks(pid_t pid) {
    for (auto lock = locks_.begin(); lock != locks_.end();) {
        if (lock->second != pid) {
            ++lock;
            continue;
        }
        if (is_lock_file(lock->first)) ::close(lock->first);
        lock = locks_.erase(lock);
    }
}

}  // namespace simulation
