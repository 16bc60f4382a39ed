#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/lock.h"

namespace store {

/// A run over all apps ends by itself after ten hours, and work for one app long before this. Who
/// holds a lock for longer is suspended, or waits for something that does not come.
inline constexpr std::chrono::hours kLongestRun{11};
inline constexpr std::chrono::hours kLongestForApp{2};
/// A state is written in milliseconds.
inline constexpr std::chrono::hours kLongestForStates{1};

struct StuckRun {
    pid_t pid = 0;
    std::chrono::hours held{};
};

/// Nothing while the lock is free, or held for less than `longest`.
std::optional<StuckRun> find_stuck_run(const base::Path& lock_file, std::chrono::hours longest);

/// `process 4711, for 13 h`
std::string to_text(const StuckRun& run);

/// How to look at the process, and how to end it.
std::vector<std::string> steps_against(const StuckRun& run);

}  // namespace store
