#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/utc_time.h"

namespace store {

// `state/due`: when which app is to be looked at again. The states are the truth, this is their
// index. Its first line is all that `cron` reads each minute:
//
//     1 1764172800 2        form, the earliest time (`-` if there is none), number of apps
//     1764172800 blog       one line for each app, the earliest first;
//     1764176400 shop       times are seconds since 1970
//
// What is not exactly that is lost: it is made again from the states, never half believed.

/// The first line.
struct DueHead {
    std::optional<base::UtcTime> earliest;
    std::size_t apps = 0;
};

using DueTimes = std::map<std::string, base::UtcTime, std::less<>>;

/// Of the beginning of a text; nothing if no whole first line stands there.
std::optional<DueHead> parse_due_head(std::string_view text);

/// Of the whole text; nothing if it was lost.
std::optional<DueTimes> parse_due_index(std::string_view text);
std::string to_text(const DueTimes& due);

/// One open, one short read.
std::optional<DueHead> read_due_head(const base::Path& file);
std::optional<DueTimes> read_due_index(const base::Path& file);
base::Result<void> write_due_index(const base::Path& file, const DueTimes& due);

/// The apps whose time has come, the longest waiting first.
std::vector<std::string> due_at(const DueTimes& due, base::UtcTime now);

}  // namespace store
