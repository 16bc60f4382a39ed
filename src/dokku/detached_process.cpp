#include "dokku/detached_process.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "dokku/patient_writer.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): not in every unistd.h

namespace dokku {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Of who is to hand our lines on.
constexpr std::chrono::seconds kReaderPatience{60};

/// What posix_spawn is told; freed with it.
class SessionStart {
  public:
    SessionStart() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    SessionStart(const SessionStart&) = delete;
    SessionStart& operator=(const SessionStart&) = delete;
    SessionStart(SessionStart&&) = delete;
    SessionStart& operator=(SessionStart&&) = delete;
    ~SessionStart() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    int spawn(std::vector<std::string> argv, int output) {
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID);
        std::vector<char*> words;
        words.reserve(argv.size() + 1);
        for (std::string& word : argv)
            words.push_back(word.data());
        words.push_back(nullptr);
        pid_t pid = 0;
        return ::posix_spawn(&pid, words.front(), &actions_, &attributes_, words.data(), environ);
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

std::chrono::milliseconds until(SteadyTime end) {
    return std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
}

bool is_pipe(int fd) {
    struct stat info {};
    return ::fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode);
}

/// The lines so far go out; what is begun stays.
void pass_lines(std::string& text, const std::function<void(std::string_view)>& sink) {
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
        sink(std::string_view{text}.substr(0, end));
        text.erase(0, end + 1);
    }
}

}  // namespace

base::Result<base::UniqueFd> start_session(const std::vector<std::string>& argv) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return base::fail(base::ErrorKind::io,
                          "creating a pipe: " + std::generic_category().message(errno));
    }
    base::UniqueFd reading{ends[0]};
    const base::UniqueFd writing{ends[1]};
    const int error = SessionStart{}.spawn(argv, writing.get());
    if (error != 0) {
        return base::fail(
            error == ENOENT ? base::ErrorKind::not_found : base::ErrorKind::io,
            "starting " + argv.front() + ": " + std::generic_category().message(error));
    }
    return reading;
}

void relay_lines(const base::UniqueFd& pipe, std::chrono::milliseconds patience,
                 const std::function<void(std::string_view line)>& sink,
                 const std::function<bool()>& stop) {
    const SteadyTime end = std::chrono::steady_clock::now() + patience;
    std::string text;
    std::array<char, 4096> buffer{};
    while (!stop() && until(end).count() > 0) {
        pollfd watched{pipe.get(), POLLIN, 0};
        const int ready = ::poll(&watched, 1, static_cast<int>(until(end).count()));
        if (ready <= 0) continue;  // a signal, or the end
        const ssize_t got = ::read(pipe.get(), buffer.data(), buffer.size());
        if (got == 0 || (got < 0 && errno != EINTR)) break;
        if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
        pass_lines(text, sink);
    }
    if (!text.empty()) sink(text);
}

bool has_reader(int fd) {
    if (!is_pipe(fd)) return false;
    pollfd watched{fd, 0, 0};
    return ::poll(&watched, 1, 0) >= 0 && (watched.revents & (POLLERR | POLLNVAL)) == 0;
}

void write_while_read(std::string_view text, const std::string& file) {
    if (is_pipe(STDOUT_FILENO) && !has_reader(STDOUT_FILENO)) redirect_output(file);
    std::chrono::milliseconds patience = kReaderPatience;
    text.remove_prefix(PatientWriter{STDOUT_FILENO, patience}.write(text));
    if (text.empty()) return;
    redirect_output(file);
    (void)PatientWriter{STDOUT_FILENO, patience}.write(text);
}

void redirect_output(const std::string& file) {
    constexpr mode_t kLogMode = 0644;
    base::UniqueFd target{::open(
        file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, kLogMode)};
    if (!target) target = base::UniqueFd{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    if (!target) return;
    ::dup2(target.get(), STDOUT_FILENO);
    ::dup2(target.get(), STDERR_FILENO);
}

}  // namespace dokku
