#pragma once

#include <cstddef>
#include <string>

namespace base {

/// Bytes from the kernel's generator (getrandom).
std::string random_bytes(std::size_t count);

/// A number in [0, bound); bound > 0.
std::size_t random_below(std::size_t bound);

}  // namespace base
