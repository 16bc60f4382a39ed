#include "host/certificate_permissions.h"

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
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace host {
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
                        const dokku::SystemUser& owner) {
    if (info.st_uid == owner.user && info.st_gid == owner.group) return {};
    if (::fchown(file, owner.user, owner.group) != 0) {
        return base::io_error("changing the owner of", path, errno);
    }
    return {};
}

/// What is done to each file and folder of a walk.
struct Treatment {
    dokku::SystemUser owner;
    bool hides_secrets = false;  ///< files with keys and credentials are for their owner alone
};

/// A file under a second name may be one of root's that Dokku's user wants to have.
base::Result<void> treat_file(int file, const struct stat& info, const base::Path& path,
                              const Treatment& treatment) {
    if (info.st_nlink != 1) return {};
    if (treatment.hides_secrets && is_secret(path.filename().string()) &&
        (info.st_mode & kOfOthers) != 0 && ::fchmod(file, kPrivateFile) != 0) {
        return base::io_error("changing the mode of", path, errno);
    }
    return give(file, info, path, treatment.owner);
}

base::Result<void> treat_entry(int parent, const base::Path& path, const Treatment& treatment,
                               int depth);

base::Result<void> treat_folder(int folder, const base::Path& path, const Treatment& treatment,
                                int depth) {
    if (depth > kDeepest) return {};
    const auto names = names_in(folder, path);
    if (!names) return names.error();
    for (const std::string& name : *names) {
        if (auto done = treat_entry(folder, path / name, treatment, depth + 1); !done) return done;
    }
    return {};
}

/// NOLINTNEXTLINE(misc-no-recursion): as deep as the folders, and no deeper than kDeepest.
base::Result<void> treat_entry(int parent, const base::Path& path, const Treatment& treatment,
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
    if (S_ISREG(info.st_mode)) return treat_file(entry.get(), info, path, treatment);
    if (!S_ISDIR(info.st_mode)) return {};
    if (auto given = give(entry.get(), info, path, treatment.owner); !given) return given;
    return treat_folder(entry.get(), path, treatment, depth);
}

/// A folder in one that is open; `not_found` if it is missing, `invalid_input` if it is none.
base::Result<base::UniqueFd> open_folder(int parent, const base::Path& path) {
    const std::string name = path.filename().string();
    base::UniqueFd folder{
        ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (folder) return folder;
    if (errno != ELOOP && errno != ENOTDIR) return base::io_error("opening", path, errno);
    return base::fail(base::ErrorKind::invalid_input, path.string() + " is no folder");
}

base::Result<base::UniqueFd> make_folder(int parent, const base::Path& path,
                                         const dokku::SystemUser& owner) {
    constexpr mode_t kOpenFolder = 0755;
    const std::string name = path.filename().string();
    const bool is_new = ::mkdirat(parent, name.c_str(), kOpenFolder) == 0;
    if (!is_new && errno != EEXIST) return base::io_error("creating", path, errno);
    auto folder = open_folder(parent, path);
    if (!folder || !is_new) return folder;
    if (::fchown(folder->get(), owner.user, owner.group) != 0) {
        return base::io_error("changing the owner of", path, errno);
    }
    return folder;
}

/// The host's own: an operator may have made it a link.
base::Result<base::UniqueFd> open_root(const base::Path& root) {
    base::UniqueFd folder{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder) return base::io_error("opening", root, errno);
    return folder;
}

}  // namespace

base::Result<void> give_folder(const base::Path& root, const std::vector<std::string>& folders,
                               const dokku::SystemUser& owner) {
    auto parent = open_root(root);
    if (!parent) return std::move(parent).error();
    base::Path path = root;
    for (const std::string& name : folders) {
        path /= name;
        auto folder = make_folder(parent->get(), path, owner);
        if (!folder) return std::move(folder).error();
        if (name == folders.back()) return treat_entry(parent->get(), path, {owner}, 0);
        parent = std::move(folder);
    }
    return {};
}

base::Result<void> protect_certificate_files(const base::Path& root, const std::string& app,
                                             const dokku::SystemUser& owner) {
    auto parent = open_root(root);
    base::Path path = root;
    for (const std::string& name : {app, std::string{"letsencrypt"}}) {
        if (!parent) break;
        path /= name;
        parent = open_folder(parent->get(), path);
    }
    if (parent) return treat_entry(parent->get(), path / "certs", {owner, true}, 0);
    const auto kind = parent.error().kind;
    const bool is_none =
        kind == base::ErrorKind::not_found || kind == base::ErrorKind::invalid_input;
    return is_none ? base::Result<void>{} : std::move(parent).error();
}

}  // namespace host
