#include "base/file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

#include "base/directory.h"
#include "base/random.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace base {
namespace {

constexpr std::size_t kTagBytes = 6;
constexpr std::string_view kTemporaryEnd = ".tmp";

/// A temporary name beside `path`. It never ends like the target: nginx includes `*.conf`.
Path temporary_beside(const Path& path) {
    return path.parent_path() / ("." + path.filename().string() + "." +
                                 to_hex(random_bytes(kTagBytes)) + std::string{kTemporaryEnd});
}

/// What remove_leftovers takes for none of its own: it has no tag.
Path locked_temporary_beside(const Path& path) {
    return path.parent_path() / ("." + path.filename().string() + std::string{kTemporaryEnd});
}

/// The file for which such a name was made; empty if it is none.
std::string_view target_of_temporary(std::string_view name) {
    constexpr std::size_t kTail = 1 + 2 * kTagBytes + kTemporaryEnd.size();
    if (name.size() <= 1 + kTail || name.front() != '.' || !name.ends_with(kTemporaryEnd))
        return {};
    const std::string_view tail = name.substr(name.size() - kTail, 1 + 2 * kTagBytes);
    if (tail.front() != '.' ||
        tail.find_first_not_of("0123456789abcdef", 1) != std::string_view::npos) {
        return {};
    }
    return name.substr(1, name.size() - 1 - kTail);
}

Result<void> write_all(int fd, std::string_view content, const Path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            return io_error("writing", path, errno);
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

/// Root writes on behalf of the folder's owner, or the plugin's user could not replace it later.
Result<void> give_to_folder_owner(int fd, const Path& path) {
    if (::geteuid() != 0) return {};
    struct stat folder {};
    if (::stat(path.parent_path().c_str(), &folder) != 0) {
        return io_error("looking at", path.parent_path(), errno);
    }
    if (::fchown(fd, folder.st_uid, folder.st_gid) != 0) {
        return io_error("changing the owner of", path, errno);
    }
    return {};
}

Result<void> write_temporary(const Path& temporary, std::string_view content, mode_t mode) {
    const UniqueFd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
    if (!fd) return io_error("creating", temporary, errno);
    if (::fchmod(fd.get(), mode) != 0) return io_error("setting the mode of", temporary, errno);
    if (auto owned = give_to_folder_owner(fd.get(), temporary); !owned) return owned;
    if (auto written = write_all(fd.get(), content, temporary); !written) return written;
    if (::fsync(fd.get()) != 0) return io_error("syncing", temporary, errno);
    return {};
}

/// The writer of a pipe would be waited for, and a device has no end: neither is read.
Result<std::size_t> require_regular(int fd, std::string_view what, const Path& path) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return io_error(what, path, errno);
    if (S_ISDIR(info.st_mode)) return io_error(what, path, EISDIR);
    if (S_ISREG(info.st_mode)) return static_cast<std::size_t>(info.st_size);
    return fail(ErrorKind::io, std::string{what} + " " + path.string() +
                                   ": it is no regular file (a pipe, socket or device)");
}

Error too_large(const Path& path, std::size_t max_bytes) {
    return Error{ErrorKind::io,
                 "reading " + path.string() + ": it has more than " + std::to_string(max_bytes) +
                     " bytes, so it was not read",
                 std::nullopt,
                 {}};
}

struct OpenFile {
    UniqueFd fd;
    std::size_t bytes;  ///< 0 below /proc
};

Result<OpenFile> open_to_read(const Path& path) {
    UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (!fd) return io_error("reading", path, errno);
    const auto bytes = require_regular(fd.get(), "reading", path);
    if (!bytes) return bytes.error();
    return OpenFile{std::move(fd), *bytes};
}

Result<UniqueFd> open_to_append(const Path& path, mode_t mode) {
    UniqueFd fd{::open(path.c_str(),
                       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode)};
    if (!fd) return io_error("opening", path, errno);
    if (auto regular = require_regular(fd.get(), "writing", path); !regular) {
        return std::move(regular).error();
    }
    if (auto owned = give_to_folder_owner(fd.get(), path); !owned) return std::move(owned).error();
    return fd;
}

Result<UniqueFd> open_to_change(const Path& path) {
    UniqueFd fd{::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (!fd) return io_error("opening", path, errno);
    if (auto regular = require_regular(fd.get(), "writing", path); !regular) {
        return std::move(regular).error();
    }
    return fd;
}

Result<void> publish(const Path& temporary, const Path& path) {
    if (::rename(temporary.c_str(), path.c_str()) != 0) return io_error("replacing", path, errno);
    return sync_directory(path.parent_path());
}

Result<void> replace_by(const Path& temporary, const Path& path, std::string_view content,
                        mode_t mode) {
    auto result = write_temporary(temporary, content, mode);
    if (result) result = publish(temporary, path);
    if (!result) ::unlink(temporary.c_str());
    return result;
}

bool is_file_with(const Path& path, std::string_view content, mode_t mode) {
    const auto present = read_file(path);
    struct stat info {};
    return present && *present == content && ::lstat(path.c_str(), &info) == 0 &&
           S_ISREG(info.st_mode) && (info.st_mode & 07777U) == mode;
}

}  // namespace

Result<std::string> read_file(const Path& path, std::size_t max_bytes) {
    const auto file = open_to_read(path);
    if (!file) return file.error();
    if (file->bytes > max_bytes) return too_large(path, max_bytes);
    // Below /proc nothing says how much there is.
    constexpr std::size_t kMore = 4096;
    const bool is_size_known = file->bytes > 0;
    std::string content(is_size_known ? file->bytes : kMore, '\0');
    std::size_t have = 0;
    while (have < content.size()) {
        const ssize_t got = ::read(file->fd.get(), content.data() + have, content.size() - have);
        if (got == 0) break;
        if (got < 0) {
            if (errno == EINTR) continue;
            return io_error("reading", path, errno);
        }
        have += static_cast<std::size_t>(got);
        if (have > max_bytes) return too_large(path, max_bytes);
        if (!is_size_known && have == content.size()) content.resize(have + kMore);
    }
    content.resize(have);
    return content;
}

Result<std::string> read_part(const Path& path, std::size_t offset, std::size_t max_bytes) {
    const auto file = open_to_read(path);
    if (!file) return file.error();
    std::string part(max_bytes, '\0');
    std::size_t have = 0;
    while (have < part.size()) {
        const ssize_t got = ::pread(file->fd.get(), part.data() + have, part.size() - have,
                                    static_cast<off_t>(offset + have));
        if (got == 0) break;
        if (got < 0) {
            if (errno == EINTR) continue;
            return io_error("reading", path, errno);
        }
        have += static_cast<std::size_t>(got);
    }
    part.resize(have);
    return part;
}

Result<void> replace_file(const Path& path, std::string_view content, mode_t mode) {
    return replace_by(temporary_beside(path), path, content, mode);
}

Result<void> replace_locked_file(const Path& path, std::string_view content, mode_t mode) {
    if (auto swept = remove_locked_leftover(path); !swept) return swept;
    return replace_by(locked_temporary_beside(path), path, content, mode);
}

Result<void> remove_locked_leftover(const Path& path) {
    return remove_file(locked_temporary_beside(path));
}

Result<void> ensure_file(const Path& path, std::string_view content, mode_t mode) {
    return is_file_with(path, content, mode) ? Result<void>{} : replace_file(path, content, mode);
}

Result<void> ensure_locked_file(const Path& path, std::string_view content, mode_t mode) {
    if (is_file_with(path, content, mode)) return {};
    return replace_locked_file(path, content, mode);
}

Result<void> require_writable_folder(const Path& folder) {
    // More than a chain, its key and what is said of them have. A full disk takes an empty file,
    // and some take a full one until it has to be on the disk.
    constexpr std::size_t kTrialBytes = 64UL << 10U;
    const Path temporary = temporary_beside(folder / "writable");
    const UniqueFd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!fd) return io_error("creating a file in", folder, errno);
    // At once, so that a process which is killed meanwhile leaves nothing.
    if (::unlink(temporary.c_str()) != 0) return io_error("removing", temporary, errno);
    Result<void> room = write_all(fd.get(), random_bytes(kTrialBytes), temporary);
    if (room && ::fsync(fd.get()) != 0) room = io_error("syncing", temporary, errno);
    return room;
}

Result<void> require_appendable(const Path& path, mode_t mode) {
    const auto fd = open_to_append(path, mode);
    if (!fd) return fd.error();
    return {};
}

Result<void> append_line(const Path& path, std::string_view line, mode_t mode) {
    const auto opened = open_to_append(path, mode);
    if (!opened) return opened.error();
    const UniqueFd& fd = *opened;
    const std::string whole = std::string{line} + "\n";
    if (auto written = write_all(fd.get(), whole, path); !written) return written;
    if (::fsync(fd.get()) != 0) return io_error("syncing", path, errno);
    return {};
}

Result<void> write_part(const Path& path, std::size_t offset, std::string_view content) {
    const auto fd = open_to_change(path);
    if (!fd) return fd.error();
    if (::lseek(fd->get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
        return io_error("writing", path, errno);
    }
    return write_all(fd->get(), content, path);
}

Result<void> sync_file(const Path& path) {
    const auto fd = open_to_change(path);
    if (!fd) return fd.error();
    if (::fsync(fd->get()) != 0) return io_error("syncing", path, errno);
    return {};
}

Result<void> replace_symlink(const Path& path, const Path& target) {
    const Path temporary = temporary_beside(path);
    if (::symlink(target.c_str(), temporary.c_str()) != 0) {
        return io_error("creating", temporary, errno);
    }
    auto result = publish(temporary, path);
    if (!result) ::unlink(temporary.c_str());
    return result;
}

Result<void> remove_leftovers(const Path& folder, std::string_view name) {
    const auto entries = list_directory(folder);
    if (!entries) return entries.error();
    for (const std::string& entry : *entries) {
        const std::string_view target = target_of_temporary(entry);
        if (target.empty() || (!name.empty() && target != name)) continue;
        if (auto removed = remove_file(folder / entry); !removed) return removed;
    }
    return {};
}

Result<void> remove_file(const Path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return io_error("removing", path, errno);
    return {};
}

Result<FileStamp> stamp_file(const Path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return io_error("looking at", path, errno);
    return FileStamp{static_cast<std::uint64_t>(info.st_size),
                     std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
                     info.st_ino};
}

bool file_exists(const Path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace base
