#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "dokku/environment.h"

namespace dokku {

/// Dokku's user and group.
struct SystemUser {
    uid_t user = 0;
    gid_t group = 0;
};

/// `not_found` if the host has no such user or group.
base::Result<SystemUser> find_owner(const Environment& environment);

/// From root to Dokku's user, for good, with its home and groups: what follows can do nothing that
/// the user could not do anyway, whatever links lie in its folders. Does nothing for who is not
/// root. `io` if the kernel refuses: the caller must not go on as root then.
base::Result<void> become_owner(const Environment& environment, const SystemUser& owner);

}  // namespace dokku
