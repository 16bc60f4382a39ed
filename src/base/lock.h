#pragma once

#include <chrono>

#include "base/clock.h"
#include "base/file.h"
#include "base/unique_fd.h"

namespace base {

/// An exclusive flock on a file of its own. The kernel releases it when its holder ends, however it
/// ends. Not inherited by programs we start.
class FileLock {
  public:
    /// `busy` if someone else holds it.
    static Result<FileLock> try_acquire(const Path& path);

    /// Waits until `patience` is over; then `busy`.
    static Result<FileLock> acquire(const Path& path, std::chrono::milliseconds patience,
                                    Clock& clock);

  private:
    explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

}  // namespace base
