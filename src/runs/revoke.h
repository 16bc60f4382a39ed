#pragma once

#include <string>

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace runs {

/// `letsencrypt:revoke APP [--reason REASON]` (revocation/revoke.h). `unknown_app`; `invalid_input`
/// with the reasons there are for any other word; else it fails as `revocation::revoke` does.
base::Result<void> revoke(const dokku::Environment& environment, const dokku::Log& log,
                          const std::string& app, const std::string& reason);

}  // namespace runs
