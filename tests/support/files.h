#pragma once

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

namespace test {

/// Writes a file, and the folders above it.
inline void write_file(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path} << text;
}

inline std::string content_of(const std::filesystem::path& path) {
    std::ifstream file{path};
    if (!file) throw std::runtime_error("missing " + path.string());
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// The permissions of a file, without following a link.
inline mode_t mode_of(const std::filesystem::path& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) throw std::runtime_error("missing " + path.string());
    return info.st_mode & 07777U;
}

/// The folder and all below it. Only root can, and only root needs to.
inline void give_tree(const std::filesystem::path& folder, uid_t owner) {
    if (::geteuid() != 0) return;
    const auto give = [&](const std::filesystem::path& path) {
        if (::lchown(path.c_str(), owner, owner) != 0) throw std::runtime_error("lchown failed");
    };
    give(folder);
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
        give(entry.path());
}

/// A file's inode and time of change, or a folder's: to see that nothing was written below.
struct Seen {
    ino_t inode;
    std::int64_t changed_ns;

    friend bool operator==(const Seen&, const Seen&) = default;
};

inline std::map<std::string, Seen> look_at(const std::filesystem::path& folder) {
    std::map<std::string, Seen> seen;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
        struct stat info {};
        if (::lstat(entry.path().c_str(), &info) != 0) throw std::runtime_error("lstat failed");
        seen[entry.path()] = {
            info.st_ino, std::int64_t{info.st_ctim.tv_sec} * 1'000'000'000 + info.st_ctim.tv_nsec};
    }
    return seen;
}

/// A process of its own that does one thing.
class Fork {
  public:
    /// It succeeds if `work` returns true.
    explicit Fork(const std::function<bool()>& work) {
        int ends[2] = {-1, -1};  // NOLINT(*-avoid-c-arrays): pipe takes one
        if (::pipe(ends) != 0) throw std::runtime_error("pipe failed");
        pid_ = ::fork();
        if (pid_ < 0) throw std::runtime_error("fork failed");
        if (pid_ == 0) {
            ready_fd() = ends[1];
            ::_exit(work() ? 0 : 1);
        }
        ::close(ends[1]);
        ready_ = ends[0];
    }
    Fork(const Fork&) = delete;
    Fork& operator=(const Fork&) = delete;
    Fork(Fork&&) = delete;
    Fork& operator=(Fork&&) = delete;
    ~Fork() {
        kill();
        ::close(ready_);
    }

    /// Waits for its end.
    bool succeeded() const { return wait() == 0; }

    /// For `work`: says that it is ready and stays.
    static bool wait_to_be_killed() {
        if (::write(ready_fd(), "x", 1) != 1) return false;
        for (;;)
            ::pause();
    }

    /// Until the process calls wait_to_be_killed or ends.
    void wait_until_ready() const {
        char byte = 0;
        if (::read(ready_, &byte, 1) != 1) throw std::runtime_error("the process ended");
    }

    void kill() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
        wait();
    }

  private:
    static int& ready_fd() {
        static int fd = -1;
        return fd;
    }

    /// Its status, -1 if there is none to wait for.
    int wait() const {
        int status = -1;
        if (pid_ > 0 && ::waitpid(pid_, &status, 0) != pid_) status = -1;
        pid_ = -1;
        return status;
    }

    mutable pid_t pid_ = -1;
    int ready_ = -1;
};

}  // namespace test
