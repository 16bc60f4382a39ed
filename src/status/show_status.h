#pragma once

#include <string>

#include "base/result.h"
#include "dokku/environment.h"
#include "dokku/log.h"

namespace status {

/// As typed.
struct StatusRequest {
    std::string app;     ///< "" means all
    std::string format;  ///< "" or `json`
    bool watch = false;
};

/// `letsencrypt:status`. Returns whether the app is settled; of all apps always true.
/// `invalid_input` for a format that is none.
base::Result<bool> show_status(const dokku::Environment& environment, const dokku::Log& log,
                               const StatusRequest& request);

}  // namespace status
