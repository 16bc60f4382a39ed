#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/utc_time.h"

namespace status {

/// What is known of a name when its next try is set (docs/design.md 3.1).
struct RetryFacts {
    int failures = 0;  ///< in a row, the one just seen included; at least 1
    /// When the CA refused to validate it within the last day, oldest first. Older ones, and ones
    /// in the future as a clock that was set back leaves them, do not count.
    std::vector<base::UtcTime> refusals{};
    std::optional<base::UtcTime> not_before{};     ///< what the CA asked for
    std::optional<base::UtcTime> covered_until{};  ///< the end of the certificate in use
    std::string_view cause{};                      ///< of store/cause.h
};

/// When to try again after a failure: after 1, 2, 4, ... minutes, doubling to a day; while a
/// certificate is in use, to a fifth of the time that it has left (a minute at least), so that a
/// short-lived one does not end during a pause. Then a fifth more or less (`dice` from 0 to 1 says
/// how much), a day being the most. Never before the CA's own time, nor where one more refusal
/// would be the fifth within an hour or the thirteenth within a day.
/// Two causes have times of their own, without doubling: a limit whose end the CA has named ten
/// minutes or more ahead (`rate-limited`) is waited for until then, and a name that the CA has
/// paused (`paused`) is tried once a day, whatever else is said here.
/// What ends the row of failures, and what has a name looked at at once: docs/design.md 3.1.
base::UtcTime next_try(const RetryFacts& facts, base::UtcTime now, double dice);

/// When one more refusal would be within both caps; `now` if it is now.
base::UtcTime next_room(const std::vector<base::UtcTime>& refusals, base::UtcTime now);

/// When to look at the DNS again for a name that waits for it: after a minute for the first ten
/// minutes, then after a tenth of the time waited so far, every hour in the end. Costs no order.
base::UtcTime next_probe(base::UtcTime waiting_since, base::UtcTime now);

}  // namespace status
