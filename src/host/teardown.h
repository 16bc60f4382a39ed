#pragma once

#include "base/result.h"
#include "base/utc_time.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace host {

// What the hook `uninstall` does before our folder is removed. That runs as root, and our
// files lie in folders where Dokku's user may have put links.

/// nginx forgets our include. The process becomes Dokku's user (dokku/system_user.h): what follows
/// can remove and write nothing that this user could not anyway. Fails if it cannot (`io`;
/// `not_found` without such a user): the rest must not run as root then.
base::Result<void> tear_down_as_root(const dokku::Environment& environment, const dokku::Log& log);

/// The rest, as Dokku's user: nginx forgets the routes of challenges, the crontab our lines.
/// Certificates, accounts and properties stay, and so does the choice between a scheduled run and
/// none: `install` finds all as it was, and is told since when no run looked after it (`now`). Says
/// what is kept, how to delete it, and what to type for another plugin to renew. Goes on after a
/// step that failed, with a warning; runs again without harm.
void tear_down_host(const dokku::Environment& environment, const dokku::Log& log,
                    base::UtcTime now);

}  // namespace host
