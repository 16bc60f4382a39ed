#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/clock.h"
#include "base/error.h"
#include "http/client.h"

namespace http {

/// A name whose challenge path must be answered by nginx at these addresses of this host (IP, IPv6
/// without brackets).
struct RouteCheck {
    std::string name;
    std::vector<std::string> addresses;  ///< where its server block on port 80 is reached
    std::string thumbprint;
};

/// What the check of one name found. No error: nginx answers the challenge.
using RouteFinding = std::optional<base::Error>;

/// Fetches a random token for each name over loopback, without DNS, as a CA would, all side by
/// side. A reload returns before the new workers serve, so it looks again until all answer or
/// `patience` is over. A name passes if one of its addresses answers right and none answers wrong;
/// an address that cannot be connected to (a host without IPv6) decides nothing.
async::Task<std::vector<RouteFinding>> check_routes(Client& http, const base::Clock& clock,
                                                    std::vector<RouteCheck> checks,
                                                    std::chrono::milliseconds patience);

}  // namespace http
