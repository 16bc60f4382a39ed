#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"
#include "dokku/nginx_config.h"
#include "lifecycle/context.h"

namespace lifecycle {

/// A name whose challenge path must be answered by nginx at these addresses of this host.
struct RouteCheck {
    std::string name;
    std::vector<dokku::ListenPair> listens;  ///< of the server block that serves it on port 80
    std::string thumbprint;
};

/// What the check of one name found. No error: nginx answers the challenge.
using RouteFinding = std::optional<base::Error>;

/// Fetches a random token for each name over loopback, without DNS, as a CA would. A reload returns
/// before the new workers serve, so it looks again until all answer or `patience` is over. A name
/// passes if one of its addresses answers right and none answers wrong; an address that cannot be
/// connected to (a host without IPv6) decides nothing.
std::vector<RouteFinding> check_routes(Context& context, const std::vector<RouteCheck>& checks,
                                       std::chrono::milliseconds patience);

}  // namespace lifecycle
