#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace dokku {

/// Writes to a descriptor that we were given: a terminal, a pipe to a program that an operator
/// chose, a file. Its reader may not read for hours (a terminal that is held with Ctrl-S, a pager),
/// and a run that waits for that keeps all others waiting. So patience is bounded, and one budget
/// for all that is written: once it is used up, only what is taken at once is written.
///
/// The descriptor stays as it is: O_NONBLOCK would be everyone's who shares it.
class PatientWriter {
  public:
    /// `patience`, which may be shared with other writers, outlives it; what was waited is taken
    /// from it.
    PatientWriter(int fd, std::chrono::milliseconds& patience) : fd_(fd), patience_(patience) {}

    /// Returns how much was taken: less than the whole if its reader does not read, its disk is
    /// full, or it has gone (is_closed).
    std::size_t write(std::string_view text);

    bool is_closed() const { return closed_; }

    /// Would something be taken now?
    bool is_read() const;

  private:
    bool wait_for_reader();
    std::size_t write_some(std::string_view text);

    int fd_;
    std::chrono::milliseconds& patience_;
    bool closed_ = false;
    bool refused_ = false;  ///< the last write, by a full disk
};

}  // namespace dokku
