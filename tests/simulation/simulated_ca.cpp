#include "simulation/simulated_ca.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "async/sleep.h"
#include "base/base64.h"
#include "crypto/digest.h"
#include "http/link.h"
#include "json/writer.h"
#include "simulation/kernel/kernel.h"
#include "support/certificate_maker.h"

namespace simulation {
namespace {

constexpr std::string_view kList = "/list.crl";

constexpr std::chrono::milliseconds kRoundTrip{30};
constexpr std::chrono::milliseconds kAtHome{5};
constexpr const char* kPage = "<html><body><h1>Something is wrong here</h1></body></html>";

std::string decoded(const json::Value& object, std::string_view member) {
    return base::parse_base64url(object.string(member).value_or("")).value_or("");
}

/// As in `Thu, 01 Jan 2026 00:00:00 GMT`.
std::string to_http_date(base::UtcTime time) {
    const std::time_t seconds = base::to_unix(time);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const auto length =
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), length};
}

std::string last_part(const std::string& url) {
    return url.substr(url.rfind('/') + 1);
}

}  // namespace

const char* to_text(Weather weather) {
    switch (weather) {
        case Weather::fine:
            return "fine";
        case Weather::refusing:
            return "refusing connections";
        case Weather::silent:
            return "silent";
        case Weather::failing:
            return "failing";
        case Weather::busy:
            return "busy";
        case Weather::slow:
            return "slow";
        case Weather::odd:
            break;
    }
    return "odd";
}

SimulatedCa::SimulatedCa(CaCharacter character, const SimulatedDns& dns,
                         const SimulatedNginx& nginx, Dice& dice, Chronicle& chronicle)
    : character_(std::move(character)),
      dns_(dns),
      nginx_(nginx),
      dice_(dice),
      chronicle_(chronicle),
      fine_since_(kernel().true_time()),
      weather_since_(fine_since_),
      key_(test::make_key()) {
    test::CertificateSpec spec;
    spec.common_name = "CA of " + character_.host;
    spec.is_authority = true;
    spec.not_before = now() - std::chrono::hours{24};
    spec.not_after = now() + std::chrono::hours{24 * 3650};
    issuer_pem_ = test::make_certificate(spec, key_);
}

base::UtcTime SimulatedCa::now() {
    return kernel().true_time();
}

bool SimulatedCa::is_asked_by(const std::string& url) const {
    return http::host_of(url) == character_.host;
}

void SimulatedCa::set_weather(Weather weather) {
    if (weather_ == weather) return;
    weather_ = weather;
    if (weather == Weather::fine) fine_since_ = now();
    weather_since_ = now();
    chronicle_.note(character_.host + " is " + to_text(weather));
}

void SimulatedCa::issue_to_others(const std::string& domain) {
    limits_.note_of_others(domain, now());
}

std::chrono::milliseconds SimulatedCa::think() {
    if (weather_ == Weather::slow) return std::chrono::seconds{dice_.between(5, 40)};
    return std::chrono::milliseconds{dice_.between(20, 400)};
}

std::optional<SimulatedCa::Answer> SimulatedCa::bad_answer(const std::string& url) {
    if (weather_ == Weather::failing) return Answer{500, kPage, {{"content-type", "text/html"}}};
    if (weather_ == Weather::busy) {
        const int seconds = dice_.between(60, 7200);
        // The list comes from a server of its own.
        const bool is_of_acme = !url.ends_with(kList);
        if (is_of_acme) busy_until_ = std::max(busy_until_, now() + std::chrono::seconds{seconds});
        return Answer{503, kPage, {{"retry-after", std::to_string(seconds)}}};
    }
    if (weather_ != Weather::odd || !dice_.chance(0.15)) return std::nullopt;
    switch (dice_.below(5)) {
        case 0:
            return problem(400, "badNonce", "odd");
        case 1:
            return Answer{200, "{}", {{"content-type", "application/json"}}};
        case 2:
            return Answer{200, kPage, {{"content-type", "text/html"}}};
        case 3:
            return problem(500, "serverInternal", "odd");
        default:
            return problem(500, "serverInternal", "very odd");
    }
}

/// Limits of the connection are the client's business (curl's), so they are kept here.
async::Task<base::Result<http::Response>> SimulatedCa::send(http::Request request) {
    if (on_request) on_request(*this);
    const auto takes = think();
    if (weather_ == Weather::refusing) {
        co_await async::sleep_for(kRoundTrip);
        co_return base::fail(base::ErrorKind::network, character_.host + ": Connection refused");
    }
    const bool is_late = weather_ == Weather::silent || takes >= request.limits.total;
    if (is_late) {
        co_await async::sleep_for(request.limits.connect);
        co_return base::fail(base::ErrorKind::timeout, character_.host + ": no answer");
    }
    co_await async::sleep_for(takes);
    auto bad = bad_answer(request.url);
    Answer said = bad ? std::move(*bad) : answer(request);
    const bool is_lost = weather_ == Weather::odd && dice_.chance(0.05);
    if (is_lost) {
        co_await async::sleep_for(request.limits.stall);
        co_return base::fail(base::ErrorKind::network, character_.host + ": connection was reset");
    }
    if (request.method == http::Method::head) said.body.clear();
    http::Response response{said.status, std::move(said.headers), std::move(said.body)};
    const bool is_page = response.body == kPage;
    if (!is_page) response.headers.emplace_back("replay-nonce", new_nonce());
    if (!response.header("content-type")) {
        response.headers.emplace_back(
            "content-type", said.status >= 400 ? "application/problem+json" : "application/json");
    }
    response.headers.emplace_back("date", to_http_date(now()));
    co_return response;
}

std::string SimulatedCa::new_nonce() {
    std::string nonce = "nonce" + std::to_string(++nonces_made_);
    nonces_.insert(nonce);
    return nonce;
}

SimulatedCa::Answer SimulatedCa::problem(int status, const std::string& type,
                                         const std::string& detail) {
    json::Writer text;
    text.begin_object()
        .member("type", std::string_view{"urn:ietf:params:acme:error:" + type})
        .member("detail", std::string_view{detail})
        .member("status", std::int64_t{status})
        .end_object();
    return {status, text.text()};
}

SimulatedCa::Answer SimulatedCa::limited(const LimitHit& hit) const {
    if (on_limit) on_limit(hit);
    const auto pause = std::max<std::int64_t>((hit.free_at - now()).count(), 1);
    Answer said = problem(429, "rateLimited",
                          "too many (" + hit.limit + "): " + hit.subject + ", retry after " +
                              base::to_readable(hit.free_at));
    said.headers.emplace_back("retry-after", std::to_string(pause));
    return said;
}

SimulatedCa::Answer SimulatedCa::answer(const http::Request& request) {
    const auto path_at = request.url.find('/', request.url.find("//") + 2);
    const std::string path = request.url.substr(path_at);
    if (path == "/directory") return directory();
    if (path == "/new-nonce") return {};
    if (path == kList) return revocation_list();
    if (path.starts_with("/renewal-info/")) return renewal_info(last_part(path));
    if (request.method == http::Method::post) return answer_signed(path, request);
    return problem(404, "malformed", "no such thing");
}

SimulatedCa::Answer SimulatedCa::directory() const {
    json::Writer text;
    text.begin_object();
    for (const auto& [member, path] :
         {std::pair{"newNonce", "/new-nonce"}, std::pair{"newAccount", "/new-account"},
          std::pair{"newOrder", "/new-order"}, std::pair{"revokeCert", "/revoke-cert"},
          std::pair{"renewalInfo", "/renewal-info"}}) {
        const bool is_there = character_.has_windows || std::string_view{member} != "renewalInfo";
        if (is_there) text.member(member, std::string_view{at(path)});
    }
    text.end_object();
    return {200, text.text()};
}

/// Signatures are not verified; that each nonce is used once is.
std::optional<SimulatedCa::Answer> SimulatedCa::open_envelope(const http::Request& request,
                                                              std::optional<Signed>& envelope) {
    const auto body = json::Value::parse(request.body);
    const auto header = body ? json::Value::parse(decoded(*body, "protected")) : body;
    if (!header) return problem(400, "malformed", "no JWS");
    if (nonces_.erase(header->string("nonce").value_or("")) == 0) {
        return problem(400, "badNonce", "that nonce is not known");
    }
    if (header->string("url") != request.url) return problem(401, "unauthorized", "another url");
    const std::string text = decoded(*body, "payload");
    const auto payload = json::Value::parse(text.empty() ? "{}" : text);
    if (!payload) return problem(400, "malformed", "no payload");
    const auto key = header->find("jwk");
    envelope.emplace(Signed{"", key ? key->to_text() : "", *payload, !text.empty()});
    const std::string kid = header->string("kid").value_or("");
    if (!key) envelope->account = last_part(kid);
    if (!key && !thumbprints_.contains(envelope->account)) {
        return problem(400, "accountDoesNotExist", "no account " + kid);
    }
    return std::nullopt;
}

SimulatedCa::Answer SimulatedCa::answer_signed(const std::string& path,
                                               const http::Request& request) {
    std::optional<Signed> envelope;
    if (auto refused = open_envelope(request, envelope)) return std::move(*refused);
    if (path == "/new-account") return new_account(*envelope);
    if (path == "/new-order") {
        const bool is_too_early = now() < busy_until_ - std::chrono::minutes{1};
        if (is_too_early && on_limit)
            on_limit({"Retry-After of 503", character_.host, busy_until_});
        return new_order(*envelope);
    }
    const std::string word = last_part(path);
    if (path.starts_with("/cert/")) return certificate(word);
    const auto number = static_cast<std::size_t>(std::strtoul(word.c_str(), nullptr, 10));
    const bool is_order = path.starts_with("/order/") || path.starts_with("/finalize/");
    if (number >= (is_order ? orders_.size() : authorizations_.size())) {
        return problem(404, "malformed", "no such thing");
    }
    if (path.starts_with("/order/")) return show_order(number);
    if (path.starts_with("/finalize/")) return finalize(number, *envelope);
    if (path.starts_with("/challenge/")) return start_challenge(number);
    if (envelope->has_payload) authorizations_[number].status = "deactivated";
    return show_authorization(number);
}

SimulatedCa::Answer SimulatedCa::new_account(const Signed& envelope) {
    const auto known = accounts_.find(envelope.key);
    const bool is_known = known != accounts_.end();
    if (!is_known && envelope.payload.boolean("onlyReturnExisting").value_or(false)) {
        return problem(400, "accountDoesNotExist", "no account with that key");
    }
    if (!is_known && character_.has_limits) {
        if (const auto hit = limits_.why_no_account(now())) return limited(*hit);
        limits_.note_account(now());
    }
    const std::string number = is_known ? known->second : std::to_string(accounts_.size() + 1);
    if (!is_known) {
        accounts_.emplace(envelope.key, number);
        thumbprints_.emplace(number, base::to_base64url(crypto::sha256(envelope.key)));
        chronicle_.note(character_.host + " has made account " + number);
    }
    return {
        is_known ? 200 : 201, R"({"status":"valid"})", {{"location", at("/account/" + number)}}};
}

async::Task<base::Result<http::Response>> TheWeb::send(http::Request request) {
    for (SimulatedCa* ca : cas_) {
        if (!ca->is_asked_by(request.url)) continue;
        auto response = co_await ca->send(std::move(request));
        co_return response;
    }
    co_await async::sleep_for(kRoundTrip);
    co_return base::fail(base::ErrorKind::network, "no such host: " + request.url);
}

async::Task<base::Result<http::Response>> SelfFetch::send(http::Request request) {
    co_await async::sleep_for(kAtHome);
    const std::string& address = request.connect_to;
    const bool is_here = address.starts_with("127.") || address == "::1" || address == kHere;
    if (!is_here && address != kElsewhere) {
        co_await async::sleep_for(request.limits.connect);
        co_return base::fail(base::ErrorKind::timeout, address + " does not answer");
    }
    const auto keys =
        is_here ? nginx_.answer_challenge(http::host_of(request.url), last_part(request.url))
                : std::nullopt;
    http::Response response{keys ? 200 : 404, {{"content-type", "text/plain"}}, keys.value_or("")};
    co_return response;
}

}  // namespace simulation
