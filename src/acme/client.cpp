#include "acme/client.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "acme/jws.h"
#include "acme/page_text.h"
#include "base/text.h"
#include "http/link.h"
#include "http/retry_after.h"

namespace acme {
namespace {

constexpr int kMostRefusedNonces = 10;
constexpr int kUnavailable = 503;
/// A CA that is down says when to come back; that is no limit of days.
constexpr std::chrono::seconds kLongestOutage = std::chrono::hours{24};

bool is_success(const http::Response& response) {
    return response.status >= 200 && response.status <= 299;
}

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

/// An answer with an Age was kept by a cache: it tells the time at which it came there.
std::optional<std::chrono::seconds> clock_ahead_of(const http::Response& response,
                                                   base::UtcTime now) {
    const auto date = response.header("date");
    if (!date || response.header("age")) return std::nullopt;
    const auto told = base::parse_http_date(*date);
    if (!told) return std::nullopt;
    return now - *told;
}

}  // namespace

Failure not_acme(const http::Response& response, std::string_view what, std::string_view ca,
                 const std::string& url, std::string_view reason) {
    const auto type = response.header("content-type");
    std::string message = fmt::format("{} answered {} with {} instead of {}", ca, response.status,
                                      type ? base::printable(*type, 80) : "no content type", what);
    const bool is_json = base::trim(response.body).starts_with('{');
    const std::string words =
        is_json && !reason.empty() ? base::printable(reason) : page_text(response.body);
    if (!words.empty()) message += fmt::format(": {}", words);
    Failure failure = fail(base::ErrorKind::protocol, std::move(message), url);
    failure.status = response.status;
    return failure;
}

Outcome<std::string> read_location(const http::Response& response, std::string_view what,
                                   std::string_view ca, const std::string& url) {
    std::string location = http::resolve_url(url, response.header("location").value_or(""));
    if (location.empty()) return not_acme(response, what, ca, url, "it has no Location");
    if (http::is_weaker(location, url)) {
        return not_acme(response, what, ca, url, "its Location is not https: " + location);
    }
    return location;
}

Failure to_failure(const http::Response& response, std::string_view ca, const std::string& url,
                   base::UtcTime now) {
    auto after = http::retry_after(response, now);
    if (after && response.status == kUnavailable) after = std::min(*after, kLongestOutage);
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

Client::Client(http::HttpClient& http, const base::Clock& clock, Directory directory,
               const crypto::PrivateKey& key)
    : http_(http),
      clock_(clock),
      directory_(std::move(directory)),
      key_(key),
      name_(http::host_of(directory_.url)),
      nonces_(clock) {}

Outcome<http::Response> Client::post(const std::string& url, std::string_view payload) {
    return send_signed({url, payload, "application/json", account_url_, Signer::account});
}

Outcome<http::Response> Client::post_as_get(const std::string& url, std::string_view accept) {
    return send_signed({url, "", accept, account_url_, Signer::account});
}

Outcome<http::Response> Client::post_with_key(const std::string& url, std::string_view payload) {
    return send_signed({url, payload, "application/json", {}, Signer::key});
}

Outcome<http::Response> Client::send_signed(const Signed& request) {
    if (request.signer == Signer::account && request.kid.empty()) {
        return fail(base::ErrorKind::internal, "no account is known yet", request.url);
    }
    http::Request exchange;
    exchange.method = http::Method::post;
    exchange.url = request.url;
    exchange.limits = limits_;
    exchange.headers = {{"Content-Type", "application/jose+json"},
                        {"Accept", std::string(request.accept)}};
    for (int refused = 0;; ++refused) {
        auto nonce = take_nonce();
        if (!nonce) return std::move(nonce).error();
        auto body = sign_jws(key_, {request.url, std::move(*nonce), request.kid}, request.payload);
        if (!body) return Failure{std::move(body).error(), std::nullopt, request.url, 0};
        exchange.body = std::move(*body);
        auto response = http_.send(exchange);
        if (!response) return Failure{std::move(response).error(), std::nullopt, request.url, 0};
        const auto fresh = response->header("replay-nonce");
        if (is_success(*response)) {
            if (fresh) nonces_.add(*fresh);
            return std::move(*response);
        }
        Failure failure = to_failure(*response, name_, request.url, clock_.now());
        const bool stale = failure.is("badNonce");
        if (stale) nonces_.clear();  // what is older than a stale one is stale too
        if (fresh) nonces_.add(*fresh);
        if (!stale || refused == kMostRefusedNonces) return failure;
    }
}

Outcome<http::Response> Client::fetch_nonce() {
    asked_time_ = true;
    return outcome_of(RequestKind::new_nonce, ask_for_nonce());
}

Outcome<http::Response> Client::ask_for_nonce() {
    http::Request request;
    request.method = http::Method::head;
    request.url = directory_.new_nonce;
    request.limits = limits_;
    auto response = http_.send(request);
    if (!response) {
        return Failure{std::move(response).error(), std::nullopt, directory_.new_nonce, 0};
    }
    if (!is_success(*response)) {
        return to_failure(*response, name_, directory_.new_nonce, clock_.now());
    }
    if (const auto ahead = clock_ahead_of(*response, clock_.now())) clock_ahead_ = ahead;
    if (const auto fresh = response->header("replay-nonce")) nonces_.add(*fresh);
    return std::move(*response);
}

Outcome<std::string> Client::take_nonce() {
    if (auto kept = nonces_.take()) return std::move(*kept);
    const auto response = fetch_nonce();
    if (!response) return response.error();
    if (auto nonce = nonces_.take()) return std::move(*nonce);
    Failure failure = fail(base::ErrorKind::protocol, fmt::format("{} sent no usable nonce", name_),
                           directory_.new_nonce);
    failure.status = response->status;
    failure.request = RequestKind::new_nonce;
    return failure;
}

void Client::ask_time() {
    constexpr int kTries = 2;
    for (int tries = asked_time_ ? kTries : 0; tries < kTries; ++tries) {
        const auto answer = fetch_nonce();
        silence_.reset();
        if (answer || !answer.error().unanswered()) return;
        silence_ = answer.error();
    }
}

}  // namespace acme
