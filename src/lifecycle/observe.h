#pragma once

#include "ca/context.h"
#include "ca/present.h"
#include "dokku/app.h"

namespace lifecycle {

/// What `tls/` of the app holds now, and whose it is. `io` if that cannot be read.
base::Result<ca::Present> observe_pair(const ca::Context& context, const dokku::AppName& app);

/// What is known of that pair, and of runs before.
void observe_state(ca::Present& present, const store::AppState& state,
                   const store::CertificateId& certificate);

}  // namespace lifecycle
