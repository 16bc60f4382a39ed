#include "async/last_words.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace async {
namespace {

int pipe_end = -1;  // what a signal's handler may know of the world

extern "C" void tell_loop(int signal) {
    const int error = errno;
    const char number = static_cast<char>(signal);
    [[maybe_unused]] const ssize_t written = ::write(pipe_end, &number, 1);
    errno = error;
}

void handle_once(int signal) {
    struct sigaction former {};
    ::sigaction(signal, nullptr, &former);
    if (former.sa_handler == SIG_IGN) return;  // as nohup has it
    struct sigaction action {};
    action.sa_handler = tell_loop;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

LastWords::LastWords(EpollLoop& loop, std::function<void()> say) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        throw std::system_error{errno, std::generic_category(), "creating a pipe"};
    }
    read_ = base::UniqueFd{ends[0]};
    write_ = base::UniqueFd{ends[1]};
    pipe_end = write_.get();
    loop.listen_beside(read_.get(), [fd = read_.get(), say = std::move(say)] {
        char signal = 0;
        if (::read(fd, &signal, 1) != 1) return;
        say();
        ::raise(signal);  // whose handler is the usual one again
    });
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        handle_once(signal);
}

LastWords::~LastWords() {
    pipe_end = -1;
}

}  // namespace async
