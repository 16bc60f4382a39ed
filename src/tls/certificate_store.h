#pragma once

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"

namespace tls {

/// Removes `ROOT/APP/letsencrypt` but for the pairs of the operator's that an `enable` replaced and
/// put aside there (`replaced-<time>/`): no command deletes them. `io` if something stays.
base::Result<void> remove_certificate_store(const dokku::Environment& environment,
                                            const dokku::AppName& app);

}  // namespace tls
