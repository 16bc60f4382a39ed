#pragma once

#include "acme/revocation.h"
#include "async/task.h"
#include "ca/context.h"
#include "dokku/app.h"

namespace revocation {

/// `letsencrypt:revoke` (docs/dokku.md 11.8): revokes the app's current certificate, all of its
/// names at once, signed as in revoke_at_ca.h. Then the pair is removed as `dokku certs:remove`
/// does, unless an operator installed another one meanwhile. Where the key is compromised other
/// certificates with it are named and replaced (same_key.h). What the CA refuses is told, as
/// officially, and is no failure; an app without e-mail (`invalid_input`), one that is gone or
/// another one by now (`not_found`, `rejected`) and a lock that stays held (`busy`) are. What it is
/// given outlives its task.
async::Task<base::Result<void>> revoke(ca::Context& context, const dokku::AppName& app,
                                       acme::RevocationReason reason);

}  // namespace revocation
