#include "acme/client.h"

#include <algorithm>
#include <utility>

#include "acme/jws.h"
#include "acme/unusable_answer.h"
#include "async/deadline.h"
#include "base/text.h"
#include "http/link.h"

namespace acme {
namespace {

constexpr int kMostRefusedNonces = 10;
constexpr std::string_view kJson = "application/json";

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

Client::Client(http::Client& http, const base::Clock& clock, Directory directory,
               const crypto::PrivateKey& key, std::shared_ptr<RequestLimits> limits)
    : http_(http),
      clock_(clock),
      directory_(std::move(directory)),
      key_(key),
      limits_(limits ? std::move(limits) : std::make_shared<RequestLimits>(clock)),
      name_(http::host_of(directory_.url)),
      nonces_(clock) {}

async::Task<Outcome<http::Response>> Client::post(std::string url, std::string payload) {
    return send_signed(
        {std::move(url), std::move(payload), std::string{kJson}, account_url_, Signer::account});
}

async::Task<Outcome<http::Response>> Client::post_as_get(std::string url, std::string accept) {
    return send_signed({std::move(url), "", std::move(accept), account_url_, Signer::account});
}

async::Task<Outcome<http::Response>> Client::post_with_key(std::string url, std::string payload) {
    return send_signed({std::move(url), std::move(payload), std::string{kJson}, {}, Signer::key});
}

async::Task<Outcome<http::Response>> Client::send_signed(Signed request) {
    if (request.signer == Signer::account && request.kid.empty()) {
        co_return fail(base::ErrorKind::internal, "no account is known yet", request.url);
    }
    const async::Semaphore::Permit place = co_await limits_->requests.acquire();
    for (int refused = 0;; ++refused) {
        auto nonce = co_await take_nonce();
        if (!nonce) co_return std::move(nonce).error();
        auto jws = sign_jws(key_, {request.url, std::move(*nonce), request.kid}, request.payload);
        if (!jws) co_return Failure{std::move(jws).error(), std::nullopt, request.url, 0};
        auto response = co_await send_jws(request, std::move(*jws));
        if (!response) co_return Failure{std::move(response).error(), std::nullopt, request.url, 0};
        const auto fresh = response->header("replay-nonce");
        if (is_success(*response)) {
            if (fresh) nonces_.add(*fresh);
            co_return std::move(*response);
        }
        Failure failure = to_failure(*response, name_, request.url, clock_.now());
        const bool stale = failure.is("badNonce");
        if (stale) nonces_.clear();  // what is older than a stale one is stale too
        if (fresh) nonces_.add(*fresh);
        if (!stale || refused == kMostRefusedNonces) co_return failure;
    }
}

async::Task<base::Result<http::Response>> Client::send_jws(const Signed& request, std::string jws) {
    http::Request exchange;
    exchange.method = http::Method::post;
    exchange.url = request.url;
    exchange.limits = exchange_limits_;
    exchange.headers = {{"Content-Type", "application/jose+json"}, {"Accept", request.accept}};
    exchange.body = std::move(jws);
    return http_.send(std::move(exchange));
}

async::Task<Outcome<http::Response>> Client::fetch_nonce() {
    http::Request request;
    request.method = http::Method::head;
    request.url = directory_.new_nonce;
    request.limits = exchange_limits_;
    auto response = co_await http_.send(std::move(request));
    asked_time_ = true;
    if (!response) co_return no_nonce(std::move(response).error(), 0);
    if (!is_success(*response)) {
        co_return failure_of(RequestKind::new_nonce,
                             to_failure(*response, name_, directory_.new_nonce, clock_.now()));
    }
    if (const auto ahead = clock_ahead_of(*response, clock_.now())) clock_ahead_ = ahead;
    if (const auto fresh = response->header("replay-nonce")) nonces_.add(*fresh);
    co_return std::move(*response);
}

async::Task<Outcome<std::string>> Client::take_nonce() {
    while (true) {
        if (auto kept = nonces_.take()) co_return std::move(*kept);
        const auto not_yet = limits_->new_nonces.try_begin();
        if (not_yet.count() == 0) break;
        // What another request brings back may be there sooner.
        auto brought = nonces_.next();
        co_await async::with_deadline(std::move(brought), not_yet);
    }
    const auto response = co_await fetch_nonce();
    if (!response) co_return response.error();
    // No other request has run since it came.
    if (auto nonce = nonces_.take()) co_return std::move(*nonce);
    co_return no_nonce({base::ErrorKind::protocol, name_ + " sent no usable nonce", {}, {}},
                       response->status);
}

Failure Client::no_nonce(base::Error error, int status) const {
    return {std::move(error), std::nullopt, directory_.new_nonce, status, RequestKind::new_nonce};
}

async::Task<void> Client::ask_time() {
    constexpr int kTries = 2;
    const async::Semaphore::Permit turn = co_await asking_time_.acquire();
    for (int tries = asked_time_ ? kTries : 0; tries < kTries; ++tries) {
        const async::Semaphore::Permit place = co_await limits_->requests.acquire();
        co_await limits_->new_nonces.begin();
        const auto answer = co_await fetch_nonce();
        silence_.reset();
        if (answer || !answer.error().unanswered()) co_return;
        silence_ = answer.error();
    }
}

}  // namespace acme
