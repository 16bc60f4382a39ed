#include "base/lock.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <thread>
#include <unistd.h>

#include "base/text.h"

namespace base {
namespace {

constexpr std::chrono::milliseconds kPollInterval{50};

Result<UniqueFd> open_lock_file(const Path& path) {
    UniqueFd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!fd) return io_error("opening", path, errno);
    // Root must not leave a lock behind that the plugin's user cannot open.
    struct stat folder {};
    if (::geteuid() == 0 && (::stat(path.parent_path().c_str(), &folder) != 0 ||
                             ::fchown(fd.get(), folder.st_uid, folder.st_gid) != 0)) {
        return io_error("changing the owner of", path, errno);
    }
    return fd;
}

/// Is the open file still the one at `path`? Its former holder may have removed it while we opened
/// it; a lock on what no other process can open keeps none out.
bool is_at(const UniqueFd& fd, const Path& path) {
    struct stat held {};
    struct stat present {};
    return ::fstat(fd.get(), &held) == 0 && ::stat(path.c_str(), &present) == 0 &&
           held.st_ino == present.st_ino && held.st_dev == present.st_dev;
}

/// `4711 123456 0b7c...-... 98765`: the process, and when it took the lock. For others to read;
/// what goes wrong here changes nothing about the lock.
void write_holder(const UniqueFd& fd) {
    const std::string text =
        to_text(this_process()) + " " + std::to_string(time_since_boot().count()) + "\n";
    // In this order no reader meets an empty file; what a killed holder left may be longer.
    (void)!::pwrite(fd.get(), text.data(), text.size(), 0);
    (void)!::ftruncate(fd.get(), static_cast<off_t>(text.size()));
}

}  // namespace

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    release();
    fd_ = std::move(other.fd_);
    return *this;
}

FileLock::~FileLock() {
    release();
}

void FileLock::release() noexcept {
    if (fd_) (void)!::ftruncate(fd_.get(), 0);
    fd_.reset();
}

namespace {

std::optional<LockHolder> read_holder(const Path& path) {
    constexpr std::size_t kSmallFile = 4096;
    const auto text = read_file(path, kSmallFile);
    if (!text) return std::nullopt;
    const std::string_view line = trim(std::string_view{*text}.substr(0, text->find('\n')));
    const auto last = line.rfind(' ');
    if (last == std::string_view::npos) return std::nullopt;
    auto process = parse_process_identity(line.substr(0, last));
    const auto since = parse_integer(line.substr(last + 1));
    if (!process || !since || !is_alive(*process)) return std::nullopt;
    return LockHolder{std::move(*process), std::chrono::seconds{*since}};
}

/// `1: FLOCK  ADVISORY  WRITE 4711 fe:01:131073 0 EOF` (proc_locks(5)): the process, if that lock
/// is one on this file.
std::optional<pid_t> holder_in(std::string_view line, std::string_view file) {
    constexpr std::size_t kFields = 8;
    const auto words = split_words(line);
    if (words.size() != kFields || words[1] != "FLOCK" || words[5] != file) return std::nullopt;
    const auto pid = parse_integer(words[4]);
    if (!pid || *pid <= 0 || *pid != static_cast<pid_t>(*pid)) return std::nullopt;
    return static_cast<pid_t>(*pid);
}

/// At least two digits, as /proc/locks has them.
std::string to_hex(unsigned number) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), number, 16).ptr;
    const std::string text{digits.begin(), end};
    return text.size() < 2 ? "0" + text : text;
}

/// The holder as /proc/locks names it, where the lock's file does not: an older release did not
/// write its pid there, and on a full disk no process can. /proc/locks does not tell since when the
/// lock is held, so `since` is the start of that process.
std::optional<LockHolder> find_in_kernel(const Path& path) {
    constexpr std::size_t kManyLocks = 16UL << 20U;
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    const auto locks = read_file("/proc/locks", kManyLocks);
    if (!locks) return std::nullopt;
    const std::string file = to_hex(major(info.st_dev)) + ":" + to_hex(minor(info.st_dev)) + ":" +
                             std::to_string(info.st_ino);
    for (const std::string_view line : split_lines(*locks)) {
        const auto pid = holder_in(line, file);
        if (!pid) continue;
        auto process = find_process(*pid);
        if (!process) return std::nullopt;
        const auto since = start_of(*process);
        return LockHolder{std::move(*process), since};
    }
    return std::nullopt;
}

}  // namespace

std::optional<LockHolder> find_lock_holder(const Path& path) {
    if (auto holder = read_holder(path)) return holder;
    auto holder = find_in_kernel(path);
    if (!holder) return std::nullopt;
    // A process writes its pid right after it has taken the lock.
    std::this_thread::sleep_for(kPollInterval);
    if (auto written = read_holder(path)) return written;
    return find_in_kernel(path);
}

Result<FileLock> FileLock::try_acquire(const Path& path) {
    constexpr int kTries = 10;
    for (int i = 0; i < kTries; ++i) {
        auto fd = open_lock_file(path);
        if (!fd) return std::move(fd).error();
        if (::flock(fd->get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) break;
            return io_error("locking", path, errno);
        }
        if (!is_at(*fd, path)) continue;
        write_holder(*fd);
        return FileLock{std::move(*fd)};
    }
    return fail(ErrorKind::busy, "another run holds " + path.string());
}

Result<FileLock> FileLock::acquire(const Path& path, std::chrono::milliseconds patience,
                                   Clock& clock) {
    const auto deadline = clock.monotonic() + patience;
    for (;;) {
        auto lock = try_acquire(path);
        if (lock || lock.error().kind != ErrorKind::busy || clock.monotonic() >= deadline) {
            return lock;
        }
        clock.sleep_for(kPollInterval);
    }
}

}  // namespace base
