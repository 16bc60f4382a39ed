#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace base {

/// A program to run. argv[0] without a slash is looked up in PATH; no shell is involved.
struct Command {
    std::vector<std::string> argv;
    std::vector<std::pair<std::string, std::string>> environment;  ///< added to ours
    bool inherit_environment = true;                               ///< false: `environment` is all
    std::vector<std::string> without_environment;                  ///< taken out of ours
    std::chrono::milliseconds deadline{std::chrono::minutes{5}};   ///< then TERM
    std::chrono::milliseconds grace{std::chrono::seconds{3}};      ///< after TERM; then KILL
    /// Called with each line of stdout, without its end. Unset: stdout is ours.
    std::function<void(std::string_view line)> on_output;
    /// The same for stderr. Unset: stderr is ours.
    std::function<void(std::string_view line)> on_error;
};

/// How it ended: its exit code, or 128 + the signal that ended it.
struct Exit {
    int code = 0;
    bool timed_out = false;

    bool ok() const { return code == 0 && !timed_out; }
};

/// Opens /dev/null as each of stdin, stdout and stderr that our caller has closed. Else the
/// next file that we open, a lock or a key, would take that number and get what we print. To be
/// called before anything is opened.
void open_standard_streams();

/// Runs it to its end; stdin is /dev/null. `io` if it cannot be started (`not_found` if there is no
/// such program). Waits for output only as long as the program itself lives: a background child
/// that keeps the pipe open does not hold us.
Result<Exit> run(const Command& command);

/// A pipe from a program that we start, cut into lines.
class LinePipe {
  public:
    using Sink = std::function<void(std::string_view line)>;

    /// `io` if there can be no further pipe. Without a sink there is none, and nothing is read.
    static Result<LinePipe> open(Sink sink);

    /// Descriptors, -1 once closed. Reading does not block.
    int reading() const { return read_.get(); }
    int writing() const { return write_.get(); }
    void close_writing() { write_.reset(); }
    void close_reading() { read_.reset(); }

    /// Gives the sink what is there now, at most 256 KiB. False once the stream has ended.
    bool drain();

    /// The same, then what has no end of line.
    void finish();

  private:
    void feed(std::string_view bytes);

    Sink sink_;
    UniqueFd read_;
    UniqueFd write_;
    std::string partial_;
};

/// A program that was started, until it has ended and was waited for. What it writes goes to the
/// sinks of its command when somebody drains it. Destroyed before its end, it is killed.
class Child {
  public:
    /// Which processes a signal reaches, and whether Ctrl-C at our terminal reaches them.
    enum class Group { ours, of_its_own };

    /// stdin is /dev/null. `io` if it cannot be started (`not_found` if there is no such program).
    static Result<Child> start(const Command& command, Group group);

    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;
    ~Child();

    /// Becomes ready to read when it has ended; -1 where the kernel has no such descriptor (before
    /// 5.3, or under valgrind): has_ended() is to be asked again soon.
    int pid_fd() const { return pid_fd_.get(); }
    LinePipe& output() { return output_; }
    LinePipe& errors() { return errors_; }

    /// Never waits. Once true, it was waited for.
    bool has_ended();

    /// It alone, or all of its group where it has one of its own.
    void send(int signal) const;

    /// After its end: takes what is still in its pipes. Gives its exit code, or 128 + the signal
    /// that ended it.
    int finish();

  private:
    Child(pid_t pid, Group group, LinePipe output, LinePipe errors);

    pid_t pid_;  ///< 0 once it was waited for
    Group group_;
    int status_ = 0;
    LinePipe output_;
    LinePipe errors_;
    UniqueFd pid_fd_;
};

}  // namespace base
