#pragma once

#include <chrono>
#include <string>

namespace dokku {

/// `59d, 23h, 59m, 40s`: parts that are zero are left out, nothing at all is "", and a negative
/// duration ends with ` ago` (contract section 10.3).
std::string to_duration_text(std::chrono::seconds duration);

}  // namespace dokku
