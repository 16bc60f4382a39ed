#pragma once

#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/environment.h"
#include "dokku/log.h"
#include "store/local_store.h"

namespace hooks {

/// For an `install` after an absence (dokku::was_absent): what was done to apps with another plugin
/// meanwhile is taken for what the operator wants, one line for each app. No pair and no
/// `certs/current` any more: letsencrypt was switched off there. Active again: it was enabled.
/// Another pair: the operator's own. A pair whose removal was cut short, or that was revoked, is
/// not asked for, and what cannot be looked at is not gone. Only here: whenever else files are gone
/// they were lost. An app that cannot be looked at is a warning; `io` or `not_found` if the apps
/// cannot be listed or the end of the absence not recorded.
base::Result<void> catch_up_after_absence(const dokku::Environment& environment,
                                          const store::LocalStore& store, const dokku::Log& log,
                                          base::UtcTime now);

}  // namespace hooks
