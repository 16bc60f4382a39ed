#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

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

}  // namespace base
