#include "acme/client.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "acme/jws.h"
#include "acme/unusable_answer.h"
#include "base/text.h"
#include "http/link.h"

namespace acme {
namespace {

constexpr int kMostRefusedNonces = 10;

bool is_success(const http::Response& response) {
    return response.status >= 200 && response.status <= 299;
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

Outcome<std::string> read_location(const http::Response& response, std::string_view what,
                                   std::string_view ca, const std::string& url) {
    std::string location = http::resolve_url(url, response.header("location").value_or(""));
    if (location.empty()) return not_acme(response, what, ca, url, "it has no Location");
    if (http::is_weaker(location, url)) {
        return not_acme(response, what, ca, url, "its Location is not https: " + location);
    }
    return location;
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
