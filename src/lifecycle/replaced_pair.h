#pragma once

#include "base/file.h"
#include "base/utc_time.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace lifecycle {

/// Copies what stands in an app's `tls/` into `ROOT/APP/letsencrypt/replaced-<time>` (0700, files
/// 0600) before something else takes its place; nothing there is ever deleted. Returns the folder.
base::Result<base::Path> keep_replaced_pair(const dokku::Environment& environment,
                                            const dokku::AppName& app, base::UtcTime now);

}  // namespace lifecycle
