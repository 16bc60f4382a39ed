#pragma once

#include <chrono>

#include "async/task.h"
#include "base/clock.h"
#include "nginx/workers.h"

namespace serving {

/// Until the workers that nginx had before a reload take no new connections. False if one still
/// does after `patience`.
async::Task<bool> wait_until_retired(nginx::NginxWorkers workers, const base::Clock& clock,
                                     std::chrono::milliseconds patience);

}  // namespace serving
