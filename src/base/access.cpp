#include "base/access.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"

namespace base {
namespace {

/// A path on the way that is a file, or a link to itself, is no missing one.
Result<void> require_access(std::string_view what, const Path& path, int mode) {
    if (::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0) return {};
    const int why = errno;
    if (why == ENOENT) return {};
    return io_error(what, path, why);
}

}  // namespace

Result<void> check_writable_folder(const Path& folder) {
    if (file_exists(folder)) return io_error("creating a file in", folder, ENOTDIR);
    return require_access("creating a file in", folder, W_OK | X_OK);
}

Result<void> check_writable_file(const Path& file) {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) return require_access("writing", file, F_OK);
    if (S_ISDIR(info.st_mode)) return io_error("writing", file, EISDIR);
    if (!S_ISREG(info.st_mode)) {
        return fail(ErrorKind::io, "writing " + file.string() +
                                       ": it is no regular file (a pipe, socket or device)");
    }
    return require_access("writing", file, R_OK | W_OK);
}

Result<void> check_replaceable(const Path& file) {
    if (directory_exists(file)) return io_error("replacing", file, EISDIR);
    return {};
}

}  // namespace base
