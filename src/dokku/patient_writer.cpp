#include "dokku/patient_writer.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

namespace dokku {
namespace {

using std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock;

/// poll() tells that a little can be written, and not how much: a terminal may take half of a line
/// and wait for ever with the rest, or another program fills the pipe first. A signal ends such a
/// write.
class WriteDeadline {
  public:
    explicit WriteDeadline(milliseconds after) {
        struct sigaction action {};
        action.sa_handler = [](int) {};
        ::sigaction(SIGALRM, &action, &former_);
        set(after);
    }
    WriteDeadline(const WriteDeadline&) = delete;
    WriteDeadline& operator=(const WriteDeadline&) = delete;
    WriteDeadline(WriteDeadline&&) = delete;
    WriteDeadline& operator=(WriteDeadline&&) = delete;
    ~WriteDeadline() {
        set(milliseconds{0});
        ::sigaction(SIGALRM, &former_, nullptr);
    }

  private:
    /// Again and again: the first one may come right before the write begins.
    static void set(milliseconds after) {
        itimerval timer{};
        timer.it_value.tv_sec = after.count() / 1000;
        timer.it_value.tv_usec = (after.count() % 1000) * 1000;
        timer.it_interval = timer.it_value;
        ::setitimer(ITIMER_REAL, &timer, nullptr);
    }

    struct sigaction former_ {};
};

/// Of a disk that may have room again.
bool is_full(int error) {
    return error == ENOSPC || error == EDQUOT;
}

milliseconds since(SteadyTime::time_point begun) {
    return std::chrono::ceil<milliseconds>(SteadyTime::now() - begun);
}

}  // namespace

bool PatientWriter::is_read() const {
    pollfd watched{fd_, POLLOUT, 0};
    return ::poll(&watched, 1, 0) == 1 && (watched.revents & POLLOUT) != 0;
}

/// Until something can be written, or patience is over.
bool PatientWriter::wait_for_reader() {
    for (;;) {
        const auto begun = SteadyTime::now();
        pollfd watched{fd_, POLLOUT, 0};
        const int ready = ::poll(&watched, 1, static_cast<int>(patience_.count()));
        const bool failed = ready < 0;
        const int error = errno;
        if (ready != 1) patience_ = std::max(patience_ - since(begun), milliseconds{0});
        if (failed && error == EINTR && patience_.count() > 0) continue;
        if (ready == 1 && (watched.revents & POLLOUT) == 0) closed_ = true;
        return ready == 1 && !closed_;
    }
}

std::size_t PatientWriter::write_some(std::string_view text) {
    constexpr milliseconds kShortest{100};
    const WriteDeadline deadline{std::max(patience_, kShortest)};
    const auto begun = SteadyTime::now();
    // A pipe that can be written to takes so much at once.
    const ssize_t written = ::write(fd_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    const int error = errno;
    refused_ = written < 0 && is_full(error);
    if (written < 0 && error != EINTR && error != EAGAIN && !refused_) closed_ = true;
    const milliseconds took = since(begun);
    if (took > milliseconds{1}) patience_ = std::max(patience_ - took, milliseconds{0});
    return written > 0 ? static_cast<std::size_t>(written) : 0;
}

std::size_t PatientWriter::write(std::string_view text) {
    std::size_t taken = 0;
    while (taken < text.size() && !closed_ && wait_for_reader()) {
        const std::size_t more = write_some(text.substr(taken));
        taken += more;
        if (refused_ || (more == 0 && patience_.count() == 0)) break;
    }
    return taken;
}

}  // namespace dokku
