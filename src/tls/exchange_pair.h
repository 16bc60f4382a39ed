#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "dokku/app.h"
#include "dokku/environment.h"
#include "tls/exchange.h"

namespace tls {

/// exchange_tls for an app, with a mark (removal_marker.h) as long as it lasts: where the file
/// system needs two steps and the process is killed between them, the hook of any app finds the
/// pair and puts it back. `app_root` is the app's folder as the caller holds it. The caller holds
/// the app's lock. Fails as `exchange_tls` does.
base::Result<void> exchange_pair(const dokku::Environment& environment, const dokku::AppName& app,
                                 const base::Path& app_root, const TlsPair& pair,
                                 const std::optional<std::string>& expected_chain);

}  // namespace tls
