#pragma once

#include "ca/context.h"
#include "lifecycle/enable.h"

namespace lifecycle {

/// `letsencrypt:enable APP --dry-run`: what an order would meet, shown by making one at the CA's
/// staging server (or the one that the property `rehearse` names): DNS, CAA, challenge route,
/// validation. What comes of it is thrown away; the certificate in use, the app's folder and what
/// is known of its names stay as they are. `failed` if a name would be left out.
async::Task<RunOutcome> rehearse_enable(ca::Context& context, dokku::AppName app);

}  // namespace lifecycle
