#pragma once

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace subcommands {

/// The command `letsencrypt:disable`: removes our files and the whole `tls` folder of an app,
/// whatever certificate is in it, and has nginx rebuilt. May be repeated. The caller has recorded
/// before that the app is off, so that no hook fired here orders a new certificate. `io` if a file
/// cannot be removed; else it fails as `remove_pair` does.
base::Result<void> disable_app(const dokku::Environment& environment, const dokku::Log& log,
                               const dokku::AppName& app);

}  // namespace subcommands
