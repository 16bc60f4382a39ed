#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/utc_time.h"
#include "http/client.h"

namespace http {

/// Reads the value of a Retry-After header (RFC 9110 section 10.2.3): a number of seconds, or a
/// date that is taken relative to `now`. A date in the past is zero. At most
/// base::kLongestAskedWait (base/asked_waits.h has all caps). Nothing if it is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, base::UtcTime now);

/// How long the server asks us to wait. A date is taken relative to the answer's own Date header,
/// so that a wrong clock on this host does not matter; `now` is used if there is none.
std::optional<std::chrono::seconds> retry_after(const Response& response, base::UtcTime now);

}  // namespace http
