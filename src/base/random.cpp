#include "base/random.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <sys/random.h>

namespace base {

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    for (std::size_t filled = 0; filled < count;) {
        const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
        if (got < 0 && errno != EINTR) throw std::runtime_error("getrandom failed");
        if (got > 0) filled += static_cast<std::size_t>(got);
    }
    return bytes;
}

std::size_t random_below(std::size_t bound) {
    // Values past the last full multiple of `bound` would favour the small numbers.
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
        std::uint64_t value = 0;
        std::memcpy(&value, random_bytes(sizeof value).data(), sizeof value);
        if (value < limit) return static_cast<std::size_t>(value % bound);
    }
}

double roll_dice() {
    constexpr std::size_t kSteps = 10'000;
    return static_cast<double>(random_below(kSteps)) / kSteps;
}

}  // namespace base
