#include "base/process_identity.h"

#include <cerrno>
#include <csignal>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace base {
namespace {

constexpr std::size_t kSmall = 4096;

/// What /proc says of a process: field 3 of `stat` and field 22 (proc(5)).
struct ProcessStat {
    char state = '?';
    std::uint64_t started = 0;
};

std::optional<ProcessStat> read_stat(pid_t pid) {
    constexpr std::size_t kState = 0;     // counted behind the program's name,
    constexpr std::size_t kStarted = 19;  // which may hold blanks and brackets
    const auto text = read_file("/proc/" + std::to_string(pid) + "/stat", kSmall);
    if (!text) return std::nullopt;
    const auto name_end = text->rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    const auto fields = split_words(std::string_view{*text}.substr(name_end + 1));
    if (fields.size() <= kStarted) return std::nullopt;
    const auto started = parse_integer(fields[kStarted]);
    if (!started || *started < 0) return std::nullopt;
    return ProcessStat{fields[kState].front(), static_cast<std::uint64_t>(*started)};
}

}  // namespace

std::string read_boot_id() {
    const auto text = read_file("/proc/sys/kernel/random/boot_id", kSmall);
    return text ? std::string{trim(*text)} : std::string{};
}

ProcessIdentity this_process() {
    const pid_t pid = ::getpid();
    const auto stat = read_stat(pid);
    return {read_boot_id(), pid, stat ? stat->started : 0};
}

std::optional<ProcessIdentity> find_process(pid_t pid) {
    const auto stat = read_stat(pid);
    if (!stat) return std::nullopt;
    return ProcessIdentity{read_boot_id(), pid, stat->started};
}

std::chrono::seconds start_of(const ProcessIdentity& process) {
    const long ticks = ::sysconf(_SC_CLK_TCK);
    if (ticks <= 0) return {};
    return std::chrono::seconds{process.started / static_cast<std::uint64_t>(ticks)};
}

bool is_alive(const ProcessIdentity& process) {
    if (process.pid <= 0 || process.boot_id != read_boot_id()) return false;
    // EPERM: it is there, and another user's.
    if (::kill(process.pid, 0) != 0 && errno == ESRCH) return false;
    const auto stat = read_stat(process.pid);
    // A /proc that hides other users' processes: the signal has shown that there is one.
    if (!stat) return true;
    if (stat->state == 'Z' || stat->state == 'X') return false;
    return process.started == 0 || process.started == stat->started;
}

bool is_suspended(const ProcessIdentity& process) {
    if (!is_alive(process)) return false;
    const auto stat = read_stat(process.pid);
    return stat && (stat->state == 'T' || stat->state == 't');
}

std::string to_text(const ProcessIdentity& process) {
    return std::to_string(process.pid) + " " + std::to_string(process.started) + " " +
           process.boot_id;
}

std::optional<ProcessIdentity> parse_process_identity(std::string_view text) {
    const auto words = split_words(text);
    if (words.size() != 3) return std::nullopt;
    const auto pid = parse_integer(words[0]);
    const auto started = parse_integer(words[1]);
    if (!pid || *pid <= 0 || *pid != static_cast<pid_t>(*pid) || !started || *started < 0) {
        return std::nullopt;
    }
    return ProcessIdentity{std::string{words[2]}, static_cast<pid_t>(*pid),
                           static_cast<std::uint64_t>(*started)};
}

}  // namespace base
