#pragma once

#include <cstddef>
#include <string>

namespace base {

/// Bytes from the kernel's generator (getrandom).
std::string random_bytes(std::size_t count);

/// A number in [0, bound); bound > 0.
std::size_t random_below(std::size_t bound);

/// A number from 0 to 1, in ten thousand steps.
double roll_dice();

}  // namespace base
