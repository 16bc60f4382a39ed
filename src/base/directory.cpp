#include "base/directory.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>

#include "base/unique_fd.h"

namespace base {
namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

Result<void> make_directory(const Path& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) != 0) {
        const int error = errno;
        // Another process may have been faster; a file in the way is no folder.
        if (error == EEXIST && directory_exists(path)) return {};
        return io_error("creating", path, error);
    }
    // The umask may have narrowed it: a route or webroot folder must be readable by nginx.
    if (::chmod(path.c_str(), mode) != 0) return io_error("setting the mode of", path, errno);
    if (::geteuid() == 0) {
        struct stat folder {};
        if (::stat(path.parent_path().c_str(), &folder) != 0 ||
            ::chown(path.c_str(), folder.st_uid, folder.st_gid) != 0) {
            return io_error("changing the owner of", path, errno);
        }
    }
    return {};
}

}  // namespace

bool directory_exists(const Path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Result<void> make_directories(const Path& path, mode_t mode) {
    if (path.empty() || directory_exists(path)) return {};
    if (auto above = make_directories(path.parent_path(), mode); !above) return above;
    return make_directory(path, mode);
}

Result<void> set_mode(const Path& path, mode_t mode) {
    if (::chmod(path.c_str(), mode) != 0) return io_error("setting the mode of", path, errno);
    return {};
}

Result<std::vector<std::string>> list_directory(const Path& path) {
    const std::unique_ptr<DIR, CloseDirectory> directory{::opendir(path.c_str())};
    if (!directory) {
        if (errno == ENOENT) return std::vector<std::string>{};
        return io_error("reading", path, errno);
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string name = static_cast<const char*>(entry->d_name);
        if (name != "." && name != "..") names.push_back(name);
        errno = 0;
    }
    if (errno != 0) return io_error("reading", path, errno);
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> remove_tree(const Path& path) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return io_error("removing", path, error.value());
    return {};
}

Result<void> sync_directory(const Path& path) {
    const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd) return io_error("opening", path, errno);
    // Some file systems cannot sync a folder and say EINVAL: nothing more can be done there.
    if (::fsync(fd.get()) != 0 && errno != EINVAL) return io_error("syncing", path, errno);
    return {};
}

Result<void> rename_path(const Path& from, const Path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return io_error("renaming", from, errno);
    if (auto synced = sync_directory(to.parent_path()); !synced) return synced;
    return sync_directory(from.parent_path());
}

Result<bool> exchange_directories(const Path& one, const Path& other) {
    if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0) {
        if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) return false;
        return io_error("exchanging", one, errno);
    }
    if (auto synced = sync_directory(one.parent_path()); !synced) return std::move(synced).error();
    if (other.parent_path() != one.parent_path()) {
        auto synced = sync_directory(other.parent_path());
        if (!synced) return std::move(synced).error();
    }
    return true;
}

}  // namespace base
