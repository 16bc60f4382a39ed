#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "base/path.h"
#include "base/result.h"

namespace base {

// All of these fail with `io`, or with `not_found` where a path that they need is missing.

/// Makes `path` and what is missing above it. Only what is made gets `mode`; when run as root it
/// also gets the owner of the folder above.
Result<void> make_directories(const Path& path, mode_t mode);

/// The mode of a file or folder, whatever it was.
Result<void> set_mode(const Path& path, mode_t mode);

/// The names in a folder, sorted bytewise. A missing folder has none.
Result<std::vector<std::string>> list_directory(const Path& path);

/// The folder and all below it, without following links. Absent already is success.
Result<void> remove_tree(const Path& path);

/// fsync of a folder, so that a rename in it outlives a power cut.
Result<void> sync_directory(const Path& path);

/// Moves a file or folder within its file system, and makes that outlive a power cut.
Result<void> rename_path(const Path& from, const Path& to);

/// Swaps two folders in one step (renameat2 with RENAME_EXCHANGE), and makes that outlive a power
/// cut. `false` if the file system or kernel cannot; nothing has changed then.
Result<bool> exchange_directories(const Path& one, const Path& other);

bool directory_exists(const Path& path);

}  // namespace base
