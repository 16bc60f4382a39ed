#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// A moment in UTC, whole seconds.
using UtcTime = std::chrono::sys_seconds;

/// Seconds since 1970-01-01T00:00:00Z.
constexpr long long to_unix(UtcTime time) {
    return time.time_since_epoch().count();
}
constexpr UtcTime from_unix(long long seconds) {
    return UtcTime{std::chrono::seconds{seconds}};
}

/// Reads an RFC 3339 date-time; fractions of a second are dropped, offsets applied.
std::optional<UtcTime> parse_rfc3339(std::string_view text);

/// Reads the three HTTP date forms of RFC 9110 section 5.6.7.
std::optional<UtcTime> parse_http_date(std::string_view text);

/// A calendar date and time of day (UTC) as a moment; nothing if a field is out of range.
std::optional<UtcTime> make_utc_time(int year, int month, int day, int hour, int minute,
                                     int second);

/// `2026-11-21T23:09:05Z`
std::string to_rfc3339(UtcTime time);

/// `2026-11-21 23:09 UTC`, for sentences.
std::string to_readable(UtcTime time);

/// `2026-11-21 23:09:05` in this host's time zone, as the official `letsencrypt:list` prints it.
std::string to_local(UtcTime time);

}  // namespace base
