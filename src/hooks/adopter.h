#pragma once

#include "dokku/environment.h"
#include "dokku/log.h"

namespace hooks {

/// Runs `libexec/adopt` to its end: certificates in use that are not in our record yet, because the
/// official plugin got them, come into it. Without the libraries that it needs nothing happens:
/// `install` has said which, and the first scheduled run does the same.
void run_adopter(const dokku::Environment& environment, const dokku::Log& log);

}  // namespace hooks
