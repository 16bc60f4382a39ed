#include "dokku/terminal.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace dokku {
namespace {

/// Only a file: a pipe in its place would have a reader of its own to wait for.
base::UniqueFd open_log(const base::Path& file) {
    constexpr mode_t kLogMode = 0644;
    base::UniqueFd fd{::open(
        file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, kLogMode)};
    struct stat info {};
    const bool is_file = fd && ::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode);
    return is_file ? std::move(fd) : base::UniqueFd{};
}

}  // namespace

Terminal& standard_terminal() {
    constexpr std::chrono::seconds kPatience{60};
    static Terminal terminal{{STDOUT_FILENO, STDERR_FILENO}, kPatience, kLogFile};
    return terminal;
}

Terminal::Terminal(Descriptors descriptors, std::chrono::milliseconds patience, base::Path log_file)
    : patience_(patience),
      log_file_(std::move(log_file)),
      out_{{descriptors.out, patience_}},
      err_{{descriptors.err, patience_}} {}

Terminal::~Terminal() {
    tell_missed(out_);
    tell_missed(err_);
}

void Terminal::write(Stream stream, std::string_view text) {
    Output& output = output_of(stream);
    tell_missed(output);
    const std::size_t taken = output.writer.write(text);
    if (taken == text.size()) return;
    const std::string_view rest = text.substr(taken);
    output.missed += static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n'));
    write_to_log(rest);
}

void Terminal::tell_missed(Output& output) {
    if (output.missed == 0 || output.writer.is_closed() || !output.writer.is_read()) return;
    // What was begun last has no end yet.
    const std::string line =
        "\n !     Lines that nobody read for a minute: " + std::to_string(output.missed) +
        "; they are in " + log_file_.string() + "\n";
    output.missed = 0;
    (void)output.writer.write(line);
}

void Terminal::write_to_log(std::string_view text) {
    if (!std::exchange(log_was_opened_, true)) {
        log_ = open_log(log_file_);
        const std::string head = "letsencrypt: nobody reads what process " +
                                 std::to_string(::getpid()) + " says; it goes on here\n";
        if (log_) (void)!::write(log_.get(), head.data(), head.size());
    }
    while (log_ && !text.empty()) {
        const ssize_t written = ::write(log_.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace dokku
