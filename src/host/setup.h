#pragma once

#include "base/file.h"
#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace host {

/// The file of ours that nginx includes: /etc/nginx/conf.d/letsencrypt.conf.
base::Path own_include(const dokku::Environment& environment);

/// Did this plugin write it? Another's of that name is left alone.
bool is_own_include(const base::Path& file);

// What the hooks `install` and `update` prepare on a host. They run again whenever any plugin is
// installed, so they change nothing that is right already.

/// What only root can do: our folders and the certificates of all apps get their owner, and nginx
/// includes our own server blocks. We are Dokku's user from then on. `not_found` without that user,
/// `io` if a folder or the process cannot be given to it: we may still be root then.
base::Result<void> prepare_as_root(const dokku::Environment& environment, const dokku::Log& log);

/// The rest, as Dokku's user: the data folders with their modes, what old versions kept elsewhere,
/// and the scheduled run, unless an operator switched it off. `io` or `not_found` if a file cannot
/// be read or made; a crontab that cannot be written is a warning.
base::Result<void> set_up_host(const dokku::Environment& environment, const dokku::Log& log);

}  // namespace host
