#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace dokku {

/// Starts a program that outlives us: in a session of its own, stdin /dev/null, stdout and stderr
/// on a pipe that is returned, and no other file of ours open (a lock would be held on). argv[0] is
/// a path. `not_found` or `io` if it cannot be started.
base::Result<base::UniqueFd> start_session(const std::vector<std::string>& argv);

/// Hands each line on until the pipe is closed at its other end, `patience` is over or `stop` says
/// so (asked after a signal as well).
void relay_lines(const base::UniqueFd& pipe, std::chrono::milliseconds patience,
                 const std::function<void(std::string_view line)>& sink,
                 const std::function<bool()>& stop);

/// For the program so started: is `fd` a pipe with a reader?
bool has_reader(int fd);

/// Writes to stdout; once its reader has closed it, or has not read for a minute, to `file` from
/// then on. The next program that we start would be ended by its first word else.
void write_while_read(std::string_view text, const std::string& file);

/// Lets go of the pipe: stdout and stderr append to `file` from now on, or to /dev/null if that
/// cannot be opened.
void redirect_output(const std::string& file);

}  // namespace dokku
