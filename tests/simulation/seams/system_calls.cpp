// Takes the place of functions of the C library, for what would take real time or is about the real
// host: the product's calls come here, and go on to the C library.
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <ctime>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <utility>
#include <vector>

#include "simulation/kernel/kernel.h"
#include "simulation/seams/seams.h"

namespace simulation {
namespace {

Dice the_product_dice{0};

std::vector<std::pair<std::string, std::string>>& redirections() {
    static std::vector<std::pair<std::string, std::string>> all;
    return all;
}

std::string real_path(const char* path) {
    const std::string_view asked{path};
    if (has_kernel()) {
        for (const auto& [prefix, to] : redirections()) {
            if (asked.starts_with(prefix)) return to + std::string{asked.substr(prefix.size())};
        }
    }
    return path;
}

template <class Function>
Function* real(const char* name) {
    // POSIX: what dlsym returns for a function may be cast to a pointer to it.
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// A process may be killed before what it does is on the disk.
void note_step(std::string_view path = {}) {
    if (has_kernel()) kernel().note_step(path);
}

}  // namespace

Dice& product_dice() {
    return the_product_dice;
}

void set_product_dice(Dice dice) {
    the_product_dice = dice;
}

void redirect_files(const std::string& prefix, const std::string& to) {
    redirections().emplace_back(prefix, to);
}

}  // namespace simulation

extern "C" {

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's names are reserved

int open(const char* path, int flags, ...) {
    static auto* const real_open = simulation::real<int(const char*, int, mode_t)>("open");
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return real_open(simulation::real_path(path).c_str(), flags, mode);
}

/// Addresses of the machine are not those of the simulated host.
int getifaddrs(ifaddrs** /*first*/) noexcept {
    errno = EACCES;
    return -1;
}

DIR* opendir(const char* path) {
    // Processes of the machine are not those of the simulated host.
    if (std::string_view{path} == "/proc" && simulation::has_kernel()) {
        errno = ENOENT;
        return nullptr;
    }
    static auto* const real_opendir = simulation::real<DIR*(const char*)>("opendir");
    return real_opendir(simulation::real_path(path).c_str());
}

/// The disk of a simulated host keeps what was written.
int fsync(int /*fd*/) {
    simulation::note_step();
    return 0;
}

int rename(const char* from, const char* to) noexcept {
    static auto* const real_rename = simulation::real<int(const char*, const char*)>("rename");
    simulation::note_step(to);
    return real_rename(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
    static auto* const real_renameat2 =
        simulation::real<int(int, const char*, int, const char*, unsigned)>("renameat2");
    simulation::note_step(to);
    return real_renameat2(from_folder, from, to_folder, to, flags);
}

int flock(int fd, int operation) noexcept {
    static auto* const real_flock = simulation::real<int(int, int)>("flock");
    const int done = real_flock(fd, operation);
    if (done == 0 && (operation & LOCK_EX) != 0 && simulation::has_kernel()) {
        simulation::kernel().note_lock(fd);
    }
    return done;
}

int nanosleep(const timespec* duration, timespec* /*left*/) {
    const auto time =
        std::chrono::seconds{duration->tv_sec} + std::chrono::nanoseconds{duration->tv_nsec};
    simulation::kernel().sleep_until(simulation::kernel().now() + time);
    return 0;
}

// NOLINTEND(readability-inconsistent-declaration-parameter-name)
}
