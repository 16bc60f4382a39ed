#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "base/file.h"
#include "base/process_identity.h"
#include "base/unique_fd.h"

namespace base {

/// An exclusive flock on a file of its own. The kernel releases it when its holder ends, however it
/// ends. Not inherited by programs we start. While it is held the file tells by whom.
class FileLock {
  public:
    /// `busy` if another process or descriptor holds it; else `io`, or `not_found` without its
    /// folder.
    static Result<FileLock> try_acquire(const Path& path);

    /// Waits until `patience` is over; then fails as `try_acquire` does.
    static Result<FileLock> acquire(const Path& path, std::chrono::milliseconds patience,
                                    Clock& clock);

    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    FileLock(FileLock&& other) noexcept = default;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

  private:
    explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
    void release() noexcept;

    UniqueFd fd_;
};

/// Who holds a lock, and since when.
struct LockHolder {
    ProcessIdentity process;
    std::chrono::seconds since{};  ///< time_since_boot() when it took the lock

    /// How long it has held it. A holder that was suspended, or with the whole host, has too.
    std::chrono::seconds held() const { return time_since_boot() - since; }
};

/// The lock is not touched. Nothing if no process holds it. Where the file does not tell, the
/// kernel does, and `since` is the start of the process.
std::optional<LockHolder> find_lock_holder(const Path& path);

}  // namespace base
