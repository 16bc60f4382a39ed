#pragma once

#include <string>

#include "base/file.h"
#include "base/utc_time.h"

namespace tls {

/// Copies what stands in an app's `tls/` into `letsencrypt/replaced-<time>` beside it (0700, files
/// 0600) before something else takes its place; nothing there is ever deleted or written over.
/// Returns the folder's path below `app_root`. The caller holds the app's lock. `io` if a file
/// cannot be read or copied: nothing may take the pair's place then.
base::Result<std::string> back_up_pair(const base::Path& app_root, base::UtcTime now);

}  // namespace tls
