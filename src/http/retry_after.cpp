#include "http/retry_after.h"

#include <algorithm>

#include "base/asked_waits.h"
#include "base/text.h"

namespace http {

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, base::UtcTime now) {
    using std::chrono::seconds;
    constexpr seconds kLongest = base::kLongestAskedWait;
    const std::string_view text = base::trim(value);
    if (text.empty()) return std::nullopt;
    if (text.find_first_not_of("0123456789") == std::string_view::npos) {
        const auto count = base::parse_integer(text);
        // More digits than a number holds is still "very long", not "no answer".
        if (!count || seconds{*count} > kLongest) return kLongest;
        return seconds{*count};
    }
    const auto date = base::parse_http_date(text);
    if (!date) return std::nullopt;
    return std::clamp<seconds>(*date - now, seconds{0}, kLongest);
}

std::optional<std::chrono::seconds> retry_after(const Response& response, base::UtcTime now) {
    const auto value = response.header("retry-after");
    if (!value) return std::nullopt;
    const auto date = response.header("date");
    const auto server_now = date ? base::parse_http_date(*date) : std::nullopt;
    return parse_retry_after(*value, server_now.value_or(now));
}

}  // namespace http
