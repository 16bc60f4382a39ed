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
    const auto identity = identify(fd.get(), "");
    if (!identity) return io_error("opening", path, errno);
    return Folder{std::move(fd), path, *identity};
}

Path Folder::path() const {
    return "/proc/self/fd/" + std::to_string(fd_.get());
}

bool Folder::is_at(const Path& path) const {
    return identify(AT_FDCWD, path.c_str()) == identity_;
}

Result<void> Folder::wake() {
    if (fd_) return {};
    auto present = open(name_);
    if (!present) return std::move(present).error();
    if (present->identity_ != identity_) {
        return fail(ErrorKind::not_found, name_.string() + " is another folder by now");
    }
    fd_ = std::move(present->fd_);
    return {};
}

std::optional<Folder::Identity> Folder::identify(int folder, const char* path) {
    struct statx found {};
    if (::statx(folder, path, AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &found) != 0) {
        return std::nullopt;
    }
    constexpr std::int64_t kSecond = 1'000'000'000;
    return Identity{std::uint64_t{found.stx_dev_major} << 32U | found.stx_dev_minor, found.stx_ino,
                    found.stx_btime.tv_sec * kSecond + found.stx_btime.tv_nsec};
}

Error Folder::readable(Error error) const {
    const std::string from = path().string();
    replace_whole(error.message, from, name_.string());
    for (std::string& step : error.steps)
        replace_whole(step, from, name_.string());
    return error;
}

}  // namespace base
