#include "base/process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

extern char** environ;  // NOLINT(readability-redundant-declaration): not in every unistd.h

namespace base {
namespace {

/// More than a pipe holds (64 KiB), so a program's last words are never lost; and a bound, so that
/// one which writes without end does not keep the caller from looking at the clock.
constexpr std::size_t kMostAtOnce = 256UL << 10U;

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

/// How posix_spawn(3) prepares the child.
class SpawnActions {
  public:
    explicit SpawnActions(Child::Group group) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        if (group == Child::Group::of_its_own) {
            ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
        }
    }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    SpawnActions(SpawnActions&&) = delete;
    SpawnActions& operator=(SpawnActions&&) = delete;
    ~SpawnActions() {
        ::posix_spawnattr_destroy(&attributes_);
        ::posix_spawn_file_actions_destroy(&actions_);
    }

    void open_null(int fd) {
        ::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", O_RDONLY, 0);
    }
    void connect(const LinePipe& pipe, int fd) {
        if (pipe.writing() < 0) return;
        ::posix_spawn_file_actions_adddup2(&actions_, pipe.writing(), fd);
    }

    const posix_spawn_file_actions_t* actions() const { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

using SteadyTime = std::chrono::steady_clock::time_point;

void drain(LinePipe& pipe) {
    if (!pipe.drain()) pipe.close_reading();
}

/// Sleeps until the child ends, a pipe has something, or `until`. `true` once it has ended.
bool wait_step(Child& child, SteadyTime until) {
    if (child.has_ended()) return true;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    const auto most =
        child.pid_fd() >= 0 ? std::chrono::milliseconds{60'000} : std::chrono::milliseconds{20};
    const auto wait =
        std::clamp(left + std::chrono::milliseconds{1}, std::chrono::milliseconds{0}, most);
    std::array<pollfd, 3> watched{pollfd{child.pid_fd(), POLLIN, 0},
                                  pollfd{child.output().reading(), POLLIN, 0},
                                  pollfd{child.errors().reading(), POLLIN, 0}};
    ::poll(watched.data(), watched.size(), static_cast<int>(wait.count()));
    drain(child.output());
    drain(child.errors());
    return child.has_ended();
}

}  // namespace

Result<LinePipe> LinePipe::open(Sink sink) {
    LinePipe pipe;
    pipe.sink_ = std::move(sink);
    if (!pipe.sink_) return pipe;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(ErrorKind::io, "creating a pipe: " + std::generic_category().message(errno));
    }
    pipe.read_ = UniqueFd{ends[0]};
    pipe.write_ = UniqueFd{ends[1]};
    ::fcntl(pipe.read_.get(), F_SETFL, O_NONBLOCK);
    return pipe;
}

bool LinePipe::drain() {
    std::array<char, 8192> buffer{};
    for (std::size_t taken = 0; read_ && taken < kMostAtOnce; taken += buffer.size()) {
        const ssize_t got = ::read(read_.get(), buffer.data(), buffer.size());
        if (got > 0) {
            feed({buffer.data(), static_cast<std::size_t>(got)});
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            return false;
        } else if (errno == EAGAIN) {
            return true;
        }
    }
    return static_cast<bool>(read_);
}

void LinePipe::finish() {
    drain();
    if (!partial_.empty()) sink_(partial_);
    partial_.clear();
}

void LinePipe::feed(std::string_view bytes) {
    partial_ += bytes;
    for (auto end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n')) {
        sink_(std::string_view{partial_}.substr(0, end));
        partial_.erase(0, end + 1);
    }
}

Result<Child> Child::start(const Command& command, Group group) {
    auto output = LinePipe::open(command.on_output);
    if (!output) return std::move(output).error();
    auto errors = LinePipe::open(command.on_error);
    if (!errors) return std::move(errors).error();

    SpawnActions prepare{group};
    prepare.open_null(STDIN_FILENO);
    prepare.connect(*output, STDOUT_FILENO);
    prepare.connect(*errors, STDERR_FILENO);
    std::vector<std::string> arguments = command.argv;
    std::vector<std::string> environment = child_environment(command);
    pid_t pid = 0;
    const int error =
        ::posix_spawnp(&pid, arguments.front().c_str(), prepare.actions(), prepare.attributes(),
                       pointers(arguments).data(), pointers(environment).data());
    if (error != 0) {
        return fail(
            error == ENOENT ? ErrorKind::not_found : ErrorKind::io,
            "starting " + command.argv.front() + ": " + std::generic_category().message(error));
    }
    output->close_writing();
    errors->close_writing();
    return Child{pid, group, *std::move(output), *std::move(errors)};
}

Child::Child(pid_t pid, Group group, LinePipe output, LinePipe errors)
    : pid_(pid),
      group_(group),
      output_(std::move(output)),
      errors_(std::move(errors)),
      pid_fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))) {}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      group_(other.group_),
      status_(other.status_),
      output_(std::move(other.output_)),
      errors_(std::move(other.errors_)),
      pid_fd_(std::move(other.pid_fd_)) {}

Child::~Child() {
    if (has_ended()) return;
    send(SIGKILL);
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
}

bool Child::has_ended() {
    if (pid_ == 0) return true;
    if (::waitpid(pid_, &status_, WNOHANG) != pid_) return false;
    pid_ = 0;
    return true;
}

void Child::send(int signal) const {
    if (pid_ == 0) return;
    ::kill(group_ == Group::of_its_own ? -pid_ : pid_, signal);
}

int Child::finish() {
    output_.finish();
    errors_.finish();
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

void open_standard_streams() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0) continue;
        // The lowest free number is this one: those below it are open. Programs we start inherit
        // it.
        static_cast<void>(::open("/dev/null", O_RDWR));  // NOLINT(*-cloexec)
    }
}

Result<Exit> run(const Command& command) {
    auto child = Child::start(command, Child::Group::ours);
    if (!child) return std::move(child).error();

    auto until = std::chrono::steady_clock::now() + command.deadline;
    Exit exit;
    while (!wait_step(*child, until)) {
        if (std::chrono::steady_clock::now() < until) continue;
        child->send(exit.timed_out ? SIGKILL : SIGTERM);
        exit.timed_out = true;
        until = std::chrono::steady_clock::now() + command.grace;
    }
    exit.code = child->finish();
    return exit;
}

}  // namespace base
