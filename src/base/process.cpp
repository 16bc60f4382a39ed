#include "base/process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>

#include "base/unique_fd.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): not in every unistd.h

namespace base {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using LineSink = std::function<void(std::string_view)>;

/// More than a pipe holds (64 KiB), so a program's last words are never lost; and a bound, so that
/// one which writes without end does not keep the caller from looking at the clock.
constexpr std::size_t kMostAtOnce = 256UL << 10U;

/// The reading end of a pipe to a child, cut into lines.
class LinePipe {
  public:
    explicit LinePipe(const LineSink& sink) : sink_(sink) {}

    Result<void> open() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            return fail(ErrorKind::io,
                        "creating a pipe: " + std::generic_category().message(errno));
        }
        read_ = UniqueFd{ends[0]};
        write_ = UniqueFd{ends[1]};
        ::fcntl(read_.get(), F_SETFL, O_NONBLOCK);
        return {};
    }

    int reading() const { return read_.get(); }
    int writing() const { return write_.get(); }
    void close_writing() { write_.reset(); }

    /// Takes what is there now, at most kMostAtOnce. Closes itself at the end of the stream.
    void drain() {
        std::array<char, 8192> buffer{};
        for (std::size_t taken = 0; read_ && taken < kMostAtOnce; taken += buffer.size()) {
            const ssize_t got = ::read(read_.get(), buffer.data(), buffer.size());
            if (got > 0) {
                feed({buffer.data(), static_cast<std::size_t>(got)});
            } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
                read_.reset();
            } else if (errno == EAGAIN) {
                return;
            }
        }
    }

    void finish() {
        drain();
        if (!partial_.empty()) sink_(partial_);
        partial_.clear();
    }

  private:
    void feed(std::string_view bytes) {
        partial_ += bytes;
        for (auto end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n')) {
            sink_(std::string_view{partial_}.substr(0, end));
            partial_.erase(0, end + 1);
        }
    }

    const LineSink& sink_;
    UniqueFd read_;
    UniqueFd write_;
    std::string partial_;
};

std::vector<std::string> child_environment(const Command& command) {
    const auto named = [](std::string_view entry, std::string_view name) {
        return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
    };
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        bool keep = command.inherit_environment;
        for (const auto& name : command.without_environment)
            keep = keep && !named(*entry, name);
        for (const auto& [name, value] : command.environment)
            keep = keep && !named(*entry, name);
        if (keep) result.emplace_back(*entry);
    }
    for (const auto& [name, value] : command.environment)
        result.push_back(std::string{name}.append("=").append(value));
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    for (std::string& text : strings)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

class SpawnActions {
  public:
    SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    SpawnActions(SpawnActions&&) = delete;
    SpawnActions& operator=(SpawnActions&&) = delete;
    ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }

    posix_spawn_file_actions_t* get() { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

Result<pid_t> start(const Command& command, const LinePipe& output, const LinePipe& errors) {
    SpawnActions actions;
    ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (command.on_output) {
        ::posix_spawn_file_actions_adddup2(actions.get(), output.writing(), STDOUT_FILENO);
    }
    if (command.on_error) {
        ::posix_spawn_file_actions_adddup2(actions.get(), errors.writing(), STDERR_FILENO);
    }
    std::vector<std::string> arguments = command.argv;
    std::vector<std::string> environment = child_environment(command);
    pid_t pid = 0;
    const int error = ::posix_spawnp(&pid, arguments.front().c_str(), actions.get(), nullptr,
                                     pointers(arguments).data(), pointers(environment).data());
    if (error != 0) {
        return fail(
            error == ENOENT ? ErrorKind::not_found : ErrorKind::io,
            "starting " + command.argv.front() + ": " + std::generic_category().message(error));
    }
    return pid;
}

UniqueFd open_pid(pid_t pid) {
    return UniqueFd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))};
}

/// Sleeps until the child ends, a pipe has something, or `until`. `true` once it has ended.
bool wait_step(pid_t pid, const UniqueFd& pid_fd, LinePipe& output, LinePipe& errors,
               SteadyTime until, int& status) {
    if (::waitpid(pid, &status, WNOHANG) == pid) return true;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    // Without a pidfd (kernels before 5.3) the end is noticed by looking again soon.
    const auto most = pid_fd ? std::chrono::milliseconds{60'000} : std::chrono::milliseconds{20};
    const auto wait =
        std::clamp(left + std::chrono::milliseconds{1}, std::chrono::milliseconds{0}, most);
    std::array<pollfd, 3> watched{pollfd{pid_fd.get(), POLLIN, 0},
                                  pollfd{output.reading(), POLLIN, 0},
                                  pollfd{errors.reading(), POLLIN, 0}};
    ::poll(watched.data(), watched.size(), static_cast<int>(wait.count()));
    output.drain();
    errors.drain();
    return ::waitpid(pid, &status, WNOHANG) == pid;
}

}  // namespace

void open_standard_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0) continue;
        // The lowest free number is this one: those below it are open. Programs we start inherit
        // it.
        static_cast<void>(::open("/dev/null", O_RDWR));  // NOLINT(*-cloexec)
    }
}

Result<Exit> run(const Command& command) {
    LinePipe output{command.on_output};
    LinePipe errors{command.on_error};
    if (command.on_output) {
        if (auto opened = output.open(); !opened) return std::move(opened).error();
    }
    if (command.on_error) {
        if (auto opened = errors.open(); !opened) return std::move(opened).error();
    }
    const auto pid = start(command, output, errors);
    if (!pid) return pid.error();
    output.close_writing();
    errors.close_writing();

    const UniqueFd pid_fd = open_pid(*pid);
    auto until = std::chrono::steady_clock::now() + command.deadline;
    Exit exit;
    int status = 0;
    while (!wait_step(*pid, pid_fd, output, errors, until, status)) {
        if (std::chrono::steady_clock::now() < until) continue;
        ::kill(*pid, exit.timed_out ? SIGKILL : SIGTERM);
        exit.timed_out = true;
        until = std::chrono::steady_clock::now() + command.grace;
    }
    output.finish();
    errors.finish();
    exit.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return exit;
}

}  // namespace base
