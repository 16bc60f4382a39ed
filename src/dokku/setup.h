#pragma once

#include "base/file.h"
#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace dokku {

/// The file of ours that nginx includes: /etc/nginx/conf.d/letsencrypt.conf.
base::Path own_include(const Environment& environment);

/// Did this plugin write it? Somebody else's of that name is left alone.
bool is_own_include(const base::Path& file);

/// What the hooks `install` and `update` prepare on a host, as root (contract section 10.5): the
/// data folders and the certificates of all apps with their owners and modes, the nginx include of
/// our own server blocks, and the daily run, unless an operator switched it off. Runs again
/// whenever any plugin is installed, so it changes nothing that is right already.
base::Result<void> set_up_host(const Environment& environment, const Log& log);

}  // namespace dokku
