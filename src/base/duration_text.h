#pragma once

#include <chrono>
#include <string>

namespace base {

/// `59d, 23h, 59m, 40s`: parts that are zero are left out, nothing at all is "", and a negative
/// duration ends with ` ago` (docs/dokku.md 10.6).
std::string to_duration_text(std::chrono::seconds duration);

}  // namespace base
