#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/utc_time.h"

namespace store {

/// `state/due`: when which app is to be looked at again, the earliest first. The minute's run reads
/// this one small file and nothing else while nothing is due. The states are the truth; this is
/// their index.
///
/// One line for each app: seconds since 1970, a blank, the app.
using DueList = std::map<std::string, base::UtcTime, std::less<>>;

/// Lines that cannot be read are left out.
DueList parse_due_list(std::string_view text);
std::string to_text(const DueList& due);

/// A file that is missing or cannot be read is an empty list.
DueList read_due_list(const base::Path& file);

/// Notes `at` for the app, or takes it off the list. Only for who holds the lock of the states.
base::Result<void> note_due(const base::Path& file, std::string_view app,
                            std::optional<base::UtcTime> at);

/// The apps whose time has come, the longest waiting first.
std::vector<std::string> due_at(const DueList& due, base::UtcTime now);

}  // namespace store
