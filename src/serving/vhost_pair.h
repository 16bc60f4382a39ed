#pragma once

#include <optional>

#include "dokku/app.h"
#include "dokku/environment.h"

namespace serving {

/// Does the app's vhost name the pair in `tls/`? Nothing if it has no vhost: it is not deployed, or
/// not behind nginx. Reads one file.
std::optional<bool> vhost_names_pair(const dokku::Environment& environment,
                                     const dokku::AppName& app);

}  // namespace serving
