#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/process_identity.h"
#include "simulation/kernel/fiber.h"

namespace simulation {

/// A simulated process: a stack, a number, and what it waits for.
struct Process {
    pid_t pid = 0;
    std::string name;
    std::unique_ptr<Fiber> fiber;
    base::Clock::Monotonic started;
    base::Clock::Monotonic wakes;
    std::uint64_t turn = 0;           ///< those that wake together have their turns in this order
    int steps_to_death = 0;           ///< 0: it lives on
    std::string deadly_path;          ///< only steps below it count, if it is set
    int exit_code = 0;                //
    bool has_closed_output = false;   ///< what waits for its output goes on
    std::vector<std::string> output;  ///< lines
    std::vector<std::function<void()>> when_ended;
};

/// The clock of a simulated host and what runs on it. One process runs at a time, until it waits;
/// when all of them wait, time moves on to who wakes first. What runs takes no time.
class Kernel {
  public:
    using Moment = base::Clock::Monotonic;

    Kernel();
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;
    Kernel(Kernel&&) = delete;
    Kernel& operator=(Kernel&&) = delete;
    ~Kernel();

    // time

    Moment now() const { return now_; }
    /// What time it really is.
    base::UtcTime true_time() const;
    /// What this host's clock says.
    base::UtcTime wall_time() const { return true_time() + wrong_by_; }
    void set_clock_wrong(std::chrono::seconds by) { wrong_by_ = by; }
    bool is_clock_right() const { return wrong_by_.count() == 0; }
    std::chrono::seconds since_boot() const;

    /// Lets processes and what call_at() was given run until that moment, which it is then.
    void run_until(Moment until);
    void call_at(Moment when, std::function<void()> what);

    // processes

    /// It begins as soon as what runs now waits.
    Process& start(std::string name, std::function<int()> main);
    /// Nothing of it is destroyed, and it never runs again; its locks are let go of.
    void kill(pid_t pid);
    /// Kills all, and no earlier process is known to have lived in this boot.
    void reboot();
    bool is_alive(pid_t pid) const { return processes_.contains(pid); }
    Process* find(pid_t pid);
    std::vector<Process*> all();
    const std::string& boot_id() const { return boot_id_; }

    // what runs now

    /// The process that runs now; none: the simulation itself.
    Process* current() const { return current_; }
    pid_t current_pid() const { return current_ == nullptr ? 1 : current_->pid; }
    /// Until then, or until another one calls wake(). The simulation itself cannot sleep.
    void sleep_until(Moment until);
    void wake(Process& process) { process.wakes = now_; }
    /// What runs now is about to do something that the disk would show: perhaps it dies first.
    void note_step(std::string_view path = {});

    /// The descriptor holds a lock of the process that runs now.
    void note_lock(int fd) { locks_[fd] = current_pid(); }

    /// Told of each process that ends or is killed.
    std::function<void(const Process&, bool is_killed)> on_end;

  private:
    struct Call {
        Moment when;
        std::uint64_t turn;
        std::function<void()> what;
    };

    Process* next();
    void run(Process& process);
    void end(pid_t pid, bool is_killed);
    void close_locks(pid_t pid);

    static constexpr Moment kBegin{std::chrono::hours{1}};

    Moment now_ = kBegin;
    Moment booted_{};
    std::chrono::seconds wrong_by_{0};
    std::string boot_id_ = "simulated-boot-1";
    int boots_ = 1;
    pid_t next_pid_ = 100;
    std::uint64_t turns_ = 0;
    Process* current_ = nullptr;
    bool must_die_ = false;
    std::map<pid_t, std::unique_ptr<Process>> processes_;
    std::map<std::pair<Moment, std::uint64_t>, std::function<void()>> calls_;
    std::map<int, pid_t> locks_;
};

/// The one that is there; what takes the place of system calls asks it.
Kernel& kernel();
bool has_kernel();

}  // namespace simulation
