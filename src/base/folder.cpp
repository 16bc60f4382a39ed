#include "base/folder.h"

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace base {
namespace {

/// `/proc/self/fd/3` is no part of `/proc/self/fd/37`.
void replace_whole(std::string& text, std::string_view from, const std::string& to) {
    std::size_t at = text.find(from);
    while (at != std::string::npos) {
        const std::size_t end = at + from.size();
        const bool whole = end == text.size() || text[end] < '0' || text[end] > '9';
        if (whole) text.replace(at, from.size(), to);
        at = text.find(from, whole ? at + to.size() : end);
    }
}

}  // namespace

Result<Folder> Folder::open(const Path& path) {
    UniqueFd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd) return io_error("opening", path, errno);
    return Folder{std::move(fd), path};
}

Path Folder::path() const {
    return "/proc/self/fd/" + std::to_string(fd_.get());
}

bool Folder::is_at(const Path& path) const {
    struct stat held {};
    struct stat present {};
    return ::fstat(fd_.get(), &held) == 0 && ::stat(path.c_str(), &present) == 0 &&
           held.st_ino == present.st_ino && held.st_dev == present.st_dev;
}

Error Folder::readable(Error error) const {
    const std::string from = path().string();
    replace_whole(error.message, from, name_.string());
    for (std::string& step : error.steps)
        replace_whole(step, from, name_.string());
    return error;
}

}  // namespace base
