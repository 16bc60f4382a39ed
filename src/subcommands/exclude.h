#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace subcommands {

enum class Exclusion { add, remove };

/// `letsencrypt:exclude` and `include`: `words` are the app and its domains or patterns. The retry
/// job orders what follows from it. `unknown_app`; `invalid_input` without a domain, or as
/// `add_exclusions`; `io` and `busy` as `mark_due_if_wanted`.
base::Result<void> change_exclusions(const dokku::Environment& environment, const dokku::Log& log,
                                     const std::vector<std::string>& words, Exclusion what);

}  // namespace subcommands
