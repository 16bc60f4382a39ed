#include "http/challenge_fetch.h"

#include <algorithm>
#include <utility>

#include "async/all.h"
#include "async/sleep.h"
#include "base/base64.h"
#include "base/random.h"
#include "base/text.h"

namespace http {
namespace {

constexpr std::chrono::milliseconds kPollInterval{50};

/// One name at one address, until it answers right.
struct Fetch {
    std::size_t check = 0;
    std::string address;
    bool passed = false;
    bool answered = false;
    std::string evidence;
};

std::string describe(const Response& response) {
    std::string text = "HTTP " + std::to_string(response.status);
    if (const auto location = response.header("location")) {
        constexpr std::size_t kEnough = 120;
        text += " to " + base::printable(*location, kEnough);
    }
    return text;
}

async::Task<void> fetch(Client& http, const RouteCheck& check, Fetch& one) {
    const std::string token = base::to_base64url(base::random_bytes(24));
    Request request;
    request.url = "http://" + check.name + "/.well-known/acme-challenge/" + token;
    request.scheme = Scheme::http_only;
    request.connect_to = one.address;
    request.limits = {std::chrono::seconds{1}, std::chrono::seconds{2}, std::chrono::seconds{2},
                      1UL << 16U};
    const auto response = co_await http.send(std::move(request));
    one.answered = response.has_value();
    if (!response) {
        one.evidence = response.error().message;
        co_return;
    }
    const std::string expected = token + "." + check.thumbprint;
    one.passed = response->status == 200 && base::trim(response->body) == expected;
    one.evidence = describe(*response);
}

/// One round: what has not passed yet, side by side.
async::Task<void> fetch_missing(Client& http, const std::vector<RouteCheck>& checks,
                                std::vector<Fetch>& fetches) {
    std::vector<async::Task<void>> round;
    round.reserve(fetches.size());
    for (Fetch& one : fetches) {
        if (!one.passed) round.push_back(fetch(http, checks[one.check], one));
    }
    co_await async::all(std::move(round));
}

/// What the looks at one name say together.
RouteFinding judge(const RouteCheck& check, const std::vector<const Fetch*>& fetches) {
    const auto wrong = std::find_if(fetches.begin(), fetches.end(),
                                    [](const Fetch* one) { return one->answered && !one->passed; });
    const bool any =
        std::any_of(fetches.begin(), fetches.end(), [](const Fetch* one) { return one->passed; });
    if (any && wrong == fetches.end()) return std::nullopt;
    const Fetch* shown = wrong != fetches.end() ? *wrong
                         : fetches.empty()      ? nullptr
                                                : fetches.front();
    std::string message = "nginx does not answer the ACME challenge for " + check.name;
    if (shown != nullptr) message += " at " + shown->address + ": " + shown->evidence;
    return base::Error{base::ErrorKind::rejected, message, std::nullopt, {}};
}

std::vector<RouteFinding> judge_all(const std::vector<RouteCheck>& checks,
                                    const std::vector<Fetch>& fetches) {
    std::vector<RouteFinding> findings;
    for (std::size_t i = 0; i < checks.size(); ++i) {
        std::vector<const Fetch*> own;
        for (const Fetch& one : fetches) {
            if (one.check == i) own.push_back(&one);
        }
        findings.push_back(judge(checks[i], own));
    }
    return findings;
}

}  // namespace

async::Task<std::vector<RouteFinding>> check_routes(Client& http, const base::Clock& clock,
                                                    std::vector<RouteCheck> checks,
                                                    std::chrono::milliseconds patience) {
    std::vector<Fetch> fetches;
    for (std::size_t i = 0; i < checks.size(); ++i) {
        for (const std::string& address : checks[i].addresses)
            fetches.push_back({i, address, false, false, ""});
    }
    const auto deadline = clock.monotonic() + patience;
    for (;;) {
        co_await fetch_missing(http, checks, fetches);
        auto findings = judge_all(checks, fetches);
        const bool all = std::none_of(findings.begin(), findings.end(),
                                      [](const RouteFinding& one) { return one.has_value(); });
        if (all || clock.monotonic() >= deadline) co_return findings;
        co_await async::sleep_for(kPollInterval);
    }
}

}  // namespace http
