#include "dokku/private_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/unique_fd.h"

namespace dokku {
namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kOfOthers = S_IRWXG | S_IRWXO;
constexpr int kDeepest = 16;  ///< an account of an old version lies five folders down

bool is_secret(std::string_view name) {
    constexpr std::array<std::string_view, 3> kNames{"config", "docker.env", "docker_options"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
           name.ends_with(".key") || name.ends_with(".pem");
}

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

/// What lies in a folder that is open. The descriptor stays the caller's.
base::Result<std::vector<std::string>> names_in(int folder, const base::Path& path) {
    const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0) return base::io_error("reading", path, errno);
    const std::unique_ptr<DIR, CloseFolder> entries{::fdopendir(copy)};
    if (!entries) {
        const int why = errno;
        ::close(copy);
        return base::io_error("reading", path, why);
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(entries.get())) {
        const std::string_view name{entry->d_name};
        if (name != "." && name != "..") names.emplace_back(name);
    }
    return names;
}

base::Result<void> give(int file, const struct stat& info, const base::Path& path,
                        const Owner& owner) {
    if (info.st_uid == owner.user && info.st_gid == owner.group) return {};
    if (::fchown(file, owner.user, owner.group) != 0) {
        return base::io_error("changing the owner of", path, errno);
    }
    return {};
}

/// A file under a second name may be one of root's that Dokku's user wants to have.
base::Result<void> protect_file(int file, const struct stat& info, const base::Path& path,
                                const Owner& owner) {
    if (info.st_nlink != 1) return {};
    if (is_secret(path.filename().string()) && (info.st_mode & kOfOthers) != 0 &&
        ::fchmod(file, kPrivateFile) != 0) {
        return base::io_error("changing the mode of", path, errno);
    }
    return give(file, info, path, owner);
}

base::Result<void> protect_entry(int parent, const base::Path& path, const Owner& owner, int depth);

base::Result<void> protect_folder(int folder, const base::Path& path, const Owner& owner,
                                  int depth) {
    if (depth > kDeepest) return {};
    const auto names = names_in(folder, path);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        if (auto done = protect_entry(folder, path / name, owner, depth + 1); !done) return done;
    }
    return {};
}

/// NOLINTNEXTLINE(misc-no-recursion): as deep as the folders, and no deeper than kDeepest.
base::Result<void> protect_entry(int parent, const base::Path& path, const Owner& owner,
                                 int depth) {
    const std::string name = path.filename().string();
    const base::UniqueFd entry{
        ::openat(parent, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!entry) {
        // A link, a socket, or gone meanwhile.
        if (errno == ELOOP || errno == ENXIO || errno == ENOENT) return {};
        return base::io_error("opening", path, errno);
    }
    struct stat info {};
    if (::fstat(entry.get(), &info) != 0) return base::io_error("looking at", path, errno);
    if (S_ISREG(info.st_mode)) return protect_file(entry.get(), info, path, owner);
    if (!S_ISDIR(info.st_mode)) return {};
    if (auto given = give(entry.get(), info, path, owner); !given) return given;
    return protect_folder(entry.get(), path, owner, depth);
}

}  // namespace

base::Result<void> protect_certificate_files(const base::Path& folder, const Owner& owner) {
    const base::Path letsencrypt = folder.parent_path();
    const base::UniqueFd parent{
        ::open(letsencrypt.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!parent) {
        if (errno == ENOENT || errno == ELOOP || errno == ENOTDIR) return {};
        return base::io_error("opening", letsencrypt, errno);
    }
    return protect_entry(parent.get(), folder, owner, 0);
}

}  // namespace dokku
