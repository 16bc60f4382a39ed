#pragma once

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace host {

/// Moves what old versions of the official plugin kept in the environment of the host and of its
/// apps (`DOKKU_LETSENCRYPT_*`) and in the property `lego-docker-args` to today's properties, with
/// the official lines (docs/dokku.md 10.10). What cannot be moved is a warning and stays where it
/// is. A host with nothing to move costs no process. `io` or `not_found` if ROOT cannot be read.
base::Result<void> migrate_settings(const dokku::Environment& environment, const dokku::Log& log);

}  // namespace host
