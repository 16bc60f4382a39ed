#pragma once

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace runs {

/// `libexec/adopt`: certificates in use that the official plugin got come into our record, so that
/// they are known as letsencrypt's wherever they are found. Fails as `list_all_apps` and
/// `Runtime::open` do.
base::Result<void> adopt(const dokku::Environment& environment, const dokku::Log& log);

}  // namespace runs
