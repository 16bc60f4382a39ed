#pragma once

#include <string>
#include <vector>

#include "async/task.h"
#include "base/result.h"

namespace http {

/// Finds the addresses of hosts that are to be connected to, without stopping the loop for it.
class HostLookup {
  public:
    HostLookup() = default;
    HostLookup(const HostLookup&) = delete;
    HostLookup& operator=(const HostLookup&) = delete;
    HostLookup(HostLookup&&) = delete;
    HostLookup& operator=(HostLookup&&) = delete;
    virtual ~HostLookup() = default;

    /// IP addresses, those to be tried first in front. `not_found` if there is no such host,
    /// `network` or `timeout` if nothing answers.
    virtual async::Task<base::Result<std::vector<std::string>>> find(std::string host) = 0;
};

}  // namespace http
