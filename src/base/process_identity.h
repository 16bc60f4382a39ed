#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace base {

/// One process of one boot. A pid alone is another process's after a while, and after each restart
/// of the machine: what is written into a file for later readers is this.
struct ProcessIdentity {
    std::string boot_id;        ///< /proc/sys/kernel/random/boot_id; "" where it cannot be read
    pid_t pid = 0;              //
    std::uint64_t started = 0;  ///< clock ticks from boot to its start; 0 where /proc does not tell

    friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

/// The kernel's name for the time since the machine was started last.
std::string read_boot_id();

ProcessIdentity this_process();

/// The process that has this pid now; nothing if there is none.
std::optional<ProcessIdentity> find_process(pid_t pid);

/// When it was started, as time_since_boot(); zero where /proc does not tell.
std::chrono::seconds start_of(const ProcessIdentity& process);

/// Does that very process still run? One that has ended and that its parent has not waited for does
/// not.
bool is_alive(const ProcessIdentity& process);

/// Does it run, but was suspended (Ctrl-Z, SIGSTOP, a debugger)?
bool is_suspended(const ProcessIdentity& process);

/// `PID STARTED BOOT-ID`, one line without its end.
std::string to_text(const ProcessIdentity& process);

/// Nothing if the text is not such a line.
std::optional<ProcessIdentity> parse_process_identity(std::string_view text);

}  // namespace base
