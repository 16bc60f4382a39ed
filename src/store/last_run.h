#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "base/utc_time.h"

namespace store {

/// The last `letsencrypt:auto-renew` of all apps, kept in --global/last-run for reports.
struct LastRun {
    base::UtcTime at;  ///< when it ended
    std::int64_t renewed = 0;
    std::int64_t failed = 0;
};

/// Nothing if there was none yet, or the file is not ours.
std::optional<LastRun> read_last_run(const base::Path& global_root);

/// `io` or `not_found` if it cannot be written.
base::Result<void> write_last_run(const base::Path& global_root, const LastRun& run);

}  // namespace store
