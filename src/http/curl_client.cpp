#include "http/curl_client.h"

#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <fmt/format.h>

#include "async/deadline.h"
#include "base/ip_address.h"
#include "base/text.h"
#include "base/url.h"
#include "http/curl_exchange.h"
#include "http/curl_multi.h"
#include "http/link.h"
#include "http/server_turns.h"

namespace http {
namespace {

/// How long an address is taken for true without asking again, as long as libcurl does.
constexpr std::chrono::seconds kRemembered{60};

bool scheme_fits(const Request& request) {
    const std::string_view wanted = request.scheme == Scheme::https_only ? "https://" : "http://";
    return origin_of(request.url).starts_with(wanted);
}

/// A proxy resolves the host itself, which need not have an address here.
bool may_have_proxy(Scheme scheme) {
    const auto is_set = [](const char* name) {
        const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
        return value != nullptr && *value != '\0';
    };
    if (is_set("all_proxy") || is_set("ALL_PROXY")) return true;
    if (scheme == Scheme::http_only) return is_set("http_proxy");
    return is_set("https_proxy") || is_set("HTTPS_PROXY");
}

/// How CURLOPT_RESOLVE wants it.
std::string render_resolved(const base::Url& url, const std::vector<std::string>& addresses) {
    return fmt::format("{}:{}:{}", url.host, url.effective_port(), fmt::join(addresses, ","));
}

}  // namespace

CurlRuntime::CurlRuntime() {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

CurlRuntime::~CurlRuntime() {
    curl_global_cleanup();
}

struct CurlClient::State {
    State(async::Loop& own_loop, const Connections& connections)
        : loop(own_loop), lookup(connections.lookup), multi(loop) {
        if (connections.takes_turns) turns.emplace();
    }

    /// For CURLOPT_RESOLVE; empty where libcurl is to resolve it.
    async::Task<base::Result<std::string>> resolve(const Request& request);

    struct Found {
        std::vector<std::string> addresses;
        async::Loop::Moment until;
    };

    async::Loop& loop;
    HostLookup* lookup;
    std::map<std::string, Found> found;  ///< by host
    std::optional<ServerTurns> turns;
    std::string trust;  ///< empty: libcurl's own default, which is the system's store
    CurlMulti multi;
};

CurlClient::CurlClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

CurlClient::~CurlClient() = default;

base::Result<std::unique_ptr<CurlClient>> CurlClient::open(const CurlRuntime& /*runtime*/,
                                                           async::Loop& loop,
                                                           const TrustStore& trust,
                                                           const Connections& connections) {
    auto state = std::make_unique<State>(loop, connections);
    if (!trust.extra_pem_files.empty()) {
        const char* bundle = curl_version_info(CURLVERSION_NOW)->cainfo;
        auto text = read_trust(trust, bundle == nullptr ? "" : bundle);
        if (!text) return std::move(text).error();
        state->trust = std::move(*text);
    }
    return std::unique_ptr<CurlClient>(new CurlClient(std::move(state)));
}

async::Task<base::Result<std::string>> CurlClient::State::resolve(const Request& request) {
    const auto url = base::parse_url(request.url);
    if (lookup == nullptr || !url || !request.connect_to.empty() ||
        base::to_canonical_ip(url->host) || may_have_proxy(request.scheme)) {
        co_return std::string{};
    }
    if (const auto known = found.find(url->host);
        known != found.end() && loop.now() < known->second.until) {
        co_return render_resolved(*url, known->second.addresses);
    }
    auto finding = lookup->find(url->host);
    const auto addresses =
        co_await async::with_deadline(std::move(finding), request.limits.connect);
    if (!addresses) {
        co_return base::fail(
            base::ErrorKind::timeout,
            fmt::format("{}: its address was not found within {} ms", base::printable(url->host),
                        request.limits.connect.count()));
    }
    if (*addresses) {
        found.insert_or_assign(url->host, Found{**addresses, loop.now() + kRemembered});
        co_return render_resolved(*url, **addresses);
    }
    // There may be other ways to it than files and DNS: those of the system's resolver.
    if (addresses->error().kind == base::ErrorKind::not_found) co_return std::string{};
    auto error = addresses->error();
    error.message = base::printable(url->host) + ": " + error.message;
    co_return error;
}

async::Task<base::Result<Response>> CurlClient::send(Request request) {
    if (!scheme_fits(request)) {
        co_return base::fail(base::ErrorKind::invalid_input,
                             fmt::format("{} is not an {} URL", base::printable(request.url),
                                         request.scheme == Scheme::https_only ? "https" : "http"));
    }
    const auto resolved = co_await state_->resolve(request);
    if (!resolved) co_return resolved.error();
    auto exchange = CurlExchange::prepare(request, state_->trust, *resolved);
    if (!exchange) co_return std::move(exchange).error();
    std::optional<ServerTurns::Turn> turn;
    if (state_->turns) turn.emplace(co_await state_->turns->acquire(origin_of(request.url)));
    if (turn && turn->is_stream()) exchange->wait_for_connection();
    const int code = co_await state_->multi.perform(exchange->easy());
    if (turn && code == CURLE_OK) turn->note(exchange->version());
    co_return exchange->finish(code);
}

}  // namespace http
