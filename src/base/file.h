#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/path.h"
#include "base/result.h"

namespace base {

inline constexpr std::size_t kMaxFileBytes = 4UL << 20U;

// All of these fail with `io`, or with `not_found` where a path that they need is missing.

/// The whole file. `not_found` if it is missing, `io` otherwise. What is no regular file (a pipe
/// whose writer would be waited for, a device without an end) is refused before it is read, and so
/// is what has more than `max_bytes`.
Result<std::string> read_file(const Path& path, std::size_t max_bytes = kMaxFileBytes);

/// At most `max_bytes` from `offset` on; "" past the end. Fails as `read_file` does.
Result<std::string> read_part(const Path& path, std::size_t offset, std::size_t max_bytes);

/// Can files be made in this folder, and is there room for some?
Result<void> require_writable_folder(const Path& folder);

/// Could append_line add to this file? It is made if it is missing.
Result<void> require_appendable(const Path& path, mode_t mode);

/// Puts `content` at `path` in one step: temporary file in the same folder with its final mode from
/// creation on, fsync, rename, fsync of the folder. A crash leaves the old file or the new one.
/// When run as root, the file gets the owner of its folder.
Result<void> replace_file(const Path& path, std::string_view content, mode_t mode);

/// The same for who holds the lock under which alone `path` is written. The temporary file always
/// has the same name, so that one which a killed process left goes with the next call.
Result<void> replace_locked_file(const Path& path, std::string_view content, mode_t mode);

/// What a call of replace_locked_file that was killed left, if it did.
Result<void> remove_locked_leftover(const Path& path);

/// As replace_locked_file, but leaves the file alone where ensure_file does.
Result<void> ensure_locked_file(const Path& path, std::string_view content, mode_t mode);

/// As replace_file, but leaves the file alone (bytes, times, inode) if it has this content already.
Result<void> ensure_file(const Path& path, std::string_view content, mode_t mode);

/// Adds `line` and a line end in one write, then fsync. Creates the file with `mode`. What is no
/// regular file is refused.
Result<void> append_line(const Path& path, std::string_view line, mode_t mode);

/// Overwrites a part of a file in place, or adds to its end. It is on the disk after sync_file.
Result<void> write_part(const Path& path, std::size_t offset, std::string_view content);
Result<void> sync_file(const Path& path);

/// Makes `path` a symbolic link to `target` in one step.
Result<void> replace_symlink(const Path& path, const Path& target);

/// Removes what calls of replace_file and replace_symlink that were killed left in a folder: of one
/// file, or of all if `name` is empty. Only for who holds the lock under which they are written.
Result<void> remove_leftovers(const Path& folder, std::string_view name = {});

/// Absent already is success.
Result<void> remove_file(const Path& path);

/// Size, modification time and inode: has this file been replaced since?
struct FileStamp {
    std::uint64_t bytes = 0;
    std::int64_t modified_ns = 0;
    std::uint64_t inode = 0;

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// `not_found` if it is missing.
Result<FileStamp> stamp_file(const Path& path);

bool file_exists(const Path& path);

}  // namespace base
