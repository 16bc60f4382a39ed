#include "acme/unusable_answer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/asked_waits.h"
#include "base/text.h"
#include "http/page_text.h"
#include "http/retry_after.h"

namespace acme {
namespace {

constexpr int kUnavailable = 503;

base::ErrorKind kind_of(const http::Response& response, const std::optional<Problem>& problem,
                        bool has_retry_after) {
    constexpr int kTooManyRequests = 429;
    using base::ErrorKind;
    if (response.status == kTooManyRequests) return ErrorKind::rate_limited;
    if (problem && problem->is("rateLimited")) return ErrorKind::rate_limited;
    // Let's Encrypt's limits per address answer so.
    if (response.status == kUnavailable && has_retry_after) return ErrorKind::rate_limited;
    if (response.status >= 500) return ErrorKind::network;
    return problem ? ErrorKind::rejected : ErrorKind::protocol;
}

}  // namespace

Failure not_acme(const http::Response& response, std::string_view what, std::string_view ca,
                 const std::string& url, std::string_view reason) {
    const auto type = response.header("content-type");
    std::string message = fmt::format("{} answered {} with {} instead of {}", ca, response.status,
                                      type ? base::printable(*type, 80) : "no content type", what);
    const bool is_json = base::trim(response.body).starts_with('{');
    const std::string words =
        is_json && !reason.empty() ? base::printable(reason) : http::page_text(response.body);
    if (!words.empty()) message += fmt::format(": {}", words);
    Failure failure = fail(base::ErrorKind::protocol, std::move(message), url);
    failure.status = response.status;
    return failure;
}

Failure to_failure(const http::Response& response, std::string_view ca, const std::string& url,
                   base::UtcTime now) {
    auto after = http::retry_after(response, now);
    if (after && response.status == kUnavailable)
        after = std::min<std::chrono::seconds>(*after, base::kLongestOutage);
    auto problem = parse_problem(response.body, response.status);
    Failure failure = not_acme(response, "a problem document", ca, url);
    failure.error.kind = kind_of(response, problem, after.has_value());
    if (after) failure.error.retry_at = now + *after;
    if (!problem) return failure;
    const std::string& words = problem->detail.empty() ? problem->title : problem->detail;
    failure.error.message = fmt::format("{} answered {}: \"{}\" ({})", ca, response.status,
                                        base::printable(words), base::printable(problem->type));
    if (!problem->instance.empty()) {
        failure.error.steps.push_back(fmt::format("See {}", base::printable(problem->instance)));
    }
    failure.problem = std::move(problem);
    return failure;
}

}  // namespace acme
