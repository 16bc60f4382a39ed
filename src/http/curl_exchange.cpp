#include "http/curl_exchange.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/text.h"
#include "http/link.h"

namespace http {
namespace {

/// Name and version of this product, sent with every request (RFC 8555 section 6.1).
std::string user_agent() {
    return fmt::format("dokku-letsencrypt/{} (Dokku plugin; libcurl/{})", SUITE_VERSION,
                       curl_version_info(CURLVERSION_NOW)->version);
}

constexpr std::size_t kMostHeaderBytes = 64UL << 10U;

/// Those of the answer itself: none of an interim one or of a proxy's CONNECT, no trailers.
std::vector<std::pair<std::string, std::string>> read_headers(CURL* easy) {
    constexpr int kLastRequest = -1;
    std::vector<std::pair<std::string, std::string>> headers;
    curl_header* header = nullptr;
    while ((header = curl_easy_nextheader(easy, CURLH_HEADER, kLastRequest, header)) != nullptr)
        headers.emplace_back(base::to_lower(header->name), base::trim(header->value));
    return headers;
}

long whole_seconds(std::chrono::milliseconds duration) {
    return std::max(1L,
                    static_cast<long>(std::chrono::ceil<std::chrono::seconds>(duration).count()));
}

/// What an operator can do about a certificate that was not accepted; nothing where curl's own
/// words say it. The numbers are OpenSSL's X509_V_ERR_*, part of its stable interface.
std::vector<std::string> steps_for_certificate(long verify_result) {
    switch (verify_result) {
        case 9:   // NOT_YET_VALID
        case 10:  // HAS_EXPIRED
            return {
                "Is this host's clock right? If so, the server's certificate is to be renewed."};
        case 2:   // UNABLE_TO_GET_ISSUER_CERT
        case 18:  // DEPTH_ZERO_SELF_SIGNED_CERT
        case 19:  // SELF_SIGNED_CERT_IN_CHAIN
        case 20:  // UNABLE_TO_GET_ISSUER_CERT_LOCALLY
        case 21:  // UNABLE_TO_VERIFY_LEAF_SIGNATURE
            return {
                "If the server's certificate comes from a CA of your own, name the PEM file of its "
                "root: echo 'export LEGO_CA_CERTIFICATES=<file>' "
                ">~dokku/.dokkurc/LEGO_CA_CERTIFICATES"};
        default:
            return {};
    }
}

struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

/// Sets options and remembers whether all were taken: a limit that curl did not take must not go
/// unnoticed.
class Options {
  public:
    explicit Options(CURL* easy) : easy_(easy) {}

    template <class T>
    void set(CURLoption option, T value) {
        const CURLcode code = curl_easy_setopt(easy_, option, value);
        if (first_failure_ == CURLE_OK) first_failure_ = code;
    }

    CURLcode first_failure() const { return first_failure_; }

    void set_limits(const Limits& limits) {
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total.count()));
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME, whole_seconds(limits.stall));
        set(CURLOPT_NOSIGNAL, 1L);
    }

  private:
    CURL* easy_;
    CURLcode first_failure_ = CURLE_OK;
};

/// False if there is no memory for it.
bool append(List& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return false;
    static_cast<void>(list.release());  // it is the head of the longer list, or that list itself
    list.reset(longer);
    return true;
}

}  // namespace

struct CurlExchange::State {
    explicit State(const Request& what) : request(what), unsent(what.body) {}

    base::Result<void> set_options(const std::string& trust, const std::string& resolved);
    void set_method(Options& options) const;
    void set_callbacks(Options& options);
    base::Error to_error(CURLcode code) const;

    static std::size_t take_body(char* bytes, std::size_t one, std::size_t count,
                                 void* user) noexcept;
    static std::size_t count_header(char* bytes, std::size_t one, std::size_t count,
                                    void* user) noexcept;
    static std::size_t give_body(char* bytes, std::size_t one, std::size_t count,
                                 void* user) noexcept;
    static int rewind_body(void* user, curl_off_t offset, int origin) noexcept;
    std::size_t refuse() noexcept;

    const Request& request;
    std::string_view unsent;
    bool sent_any = false;
    bool too_large = false;
    std::size_t header_bytes = 0;
    Response response;
    std::array<char, CURL_ERROR_SIZE> reason{};
    List headers;
    List connect_to;
    List resolve;
    std::unique_ptr<CURL, FreeEasy> easy;  ///< goes first: it reads all of the above
};

std::size_t CurlExchange::State::refuse() noexcept {
    too_large = true;
    return 0;  // anything but the size handed over makes curl stop
}

std::size_t CurlExchange::State::take_body(char* bytes, std::size_t /*one*/, std::size_t count,
                                           void* user) noexcept {
    auto& exchange = *static_cast<State*>(user);
    std::string& body = exchange.response.body;
    if (count > exchange.request.limits.body_bytes - body.size()) return exchange.refuse();
    try {
        body.append(bytes, count);
    } catch (...) {  // must not cross curl's C frames
        return exchange.refuse();
    }
    return count;
}

/// libcurl keeps the headers; how many there may be is ours to say.
std::size_t CurlExchange::State::count_header(char* /*bytes*/, std::size_t /*one*/,
                                              std::size_t count, void* user) noexcept {
    auto& exchange = *static_cast<State*>(user);
    if (count > kMostHeaderBytes - exchange.header_bytes) return exchange.refuse();
    exchange.header_bytes += count;
    return count;
}

/// The body goes out through a callback that cannot be rewound once it has given anything: with a
/// plain buffer curl would send a POST a second time when a kept connection turns out to be dead.
std::size_t CurlExchange::State::give_body(char* bytes, std::size_t one, std::size_t count,
                                           void* user) noexcept {
    auto& exchange = *static_cast<State*>(user);
    const std::size_t given = std::min(one * count, exchange.unsent.size());
    std::memcpy(bytes, exchange.unsent.data(), given);
    exchange.unsent.remove_prefix(given);
    exchange.sent_any = exchange.sent_any || given > 0;
    return given;
}

/// Since curl 8 a handle whose request was lost wants to rewind before its next one, which is
/// another.
int CurlExchange::State::rewind_body(void* user, curl_off_t offset, int origin) noexcept {
    const auto& exchange = *static_cast<State*>(user);
    const bool is_there = !exchange.sent_any && offset == 0 && origin == SEEK_SET;
    return is_there ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

void CurlExchange::State::set_method(Options& options) const {
    switch (request.method) {
        case Method::get:
            options.set(CURLOPT_HTTPGET, 1L);
            break;
        case Method::head:
            options.set(CURLOPT_NOBODY, 1L);
            break;
        case Method::post:
            options.set(CURLOPT_POST, 1L);
            options.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            break;
    }
}

void CurlExchange::State::set_callbacks(Options& options) {
    options.set(CURLOPT_WRITEFUNCTION, &take_body);
    options.set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    options.set(CURLOPT_HEADERFUNCTION, &count_header);
    options.set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    options.set(CURLOPT_READFUNCTION, &give_body);
    options.set(CURLOPT_READDATA, static_cast<void*>(this));
    options.set(CURLOPT_SEEKFUNCTION, &rewind_body);
    options.set(CURLOPT_SEEKDATA, static_cast<void*>(this));
    options.set(CURLOPT_ERRORBUFFER, reason.data());
}

base::Result<void> CurlExchange::State::set_options(const std::string& trust,
                                                    const std::string& resolved) {
    Options options(easy.get());
    options.set(CURLOPT_URL, request.url.c_str());
    options.set(CURLOPT_USERAGENT, user_agent().c_str());
    const bool is_https = request.scheme == Scheme::https_only;
    options.set(CURLOPT_HTTP_VERSION,
                static_cast<long>(is_https ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    options.set(CURLOPT_SSL_VERIFYPEER, 1L);
    options.set(CURLOPT_SSL_VERIFYHOST, 2L);
    options.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!trust.empty()) {
        curl_blob blob{const_cast<char*>(trust.data()),  // NOLINT(*-const-cast): only read
                       trust.size(), CURL_BLOB_NOCOPY};
        options.set(CURLOPT_CAINFO_BLOB, &blob);
    }
    options.set(CURLOPT_PROTOCOLS_STR, is_https ? "https" : "http");
    options.set(CURLOPT_FOLLOWLOCATION, 0L);
    set_method(options);
    options.set_limits(request.limits);
    set_callbacks(options);

    bool enough_memory = append(headers, "Expect:");  // no waiting for 100 Continue
    for (const auto& [name, value] : request.headers)
        enough_memory = append(headers, fmt::format("{}: {}", name, value)) && enough_memory;
    options.set(CURLOPT_HTTPHEADER, headers.get());
    if (!request.connect_to.empty()) {
        const bool is_ipv6 = request.connect_to.find(':') != std::string::npos;
        const std::string target = is_ipv6 ? fmt::format("::[{}]:", request.connect_to)
                                           : fmt::format("::{}:", request.connect_to);
        enough_memory = append(connect_to, target) && enough_memory;
        options.set(CURLOPT_CONNECT_TO, connect_to.get());
        options.set(CURLOPT_PROXY, "");  // this very address is what is wanted
    }
    if (!resolved.empty()) {
        enough_memory = append(resolve, resolved) && enough_memory;
        options.set(CURLOPT_RESOLVE, resolve.get());
    }
    // What curl resolves itself, such as a proxy, it resolves in a thread: not to be waited for
    // when the exchange is given up.
    options.set(CURLOPT_QUICK_EXIT, 1L);
    if (options.first_failure() == CURLE_OK && enough_memory) return {};
    return base::fail(base::ErrorKind::internal,
                      fmt::format("{}: libcurl refuses an option: {}", host_of(request.url),
                                  curl_easy_strerror(options.first_failure())));
}

base::Error CurlExchange::State::to_error(CURLcode code) const {
    using base::ErrorKind;
    const std::string host = base::printable(host_of(request.url));
    if (too_large) {
        return {
            ErrorKind::network,
            fmt::format("{}: the answer is larger than {} bytes", host, request.limits.body_bytes),
            {},
            {}};
    }
    const std::string_view detail{reason.data()};
    const std::string why =
        base::printable(detail.empty() ? std::string_view{curl_easy_strerror(code)} : detail);
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return {ErrorKind::timeout, fmt::format("{}: {}", host, why), {}, {}};
        case CURLE_URL_MALFORMAT:
            return {ErrorKind::invalid_input, fmt::format("{}: {}", host, why), {}, {}};
        // The scheme was looked at before: curl says this of bytes that are no HTTP.
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
            return {ErrorKind::network,
                    fmt::format("{}: the answer is not HTTP: {}", host, why),
                    {},
                    {}};
        case CURLE_PEER_FAILED_VERIFICATION: {
            long verify_result = 0;
            curl_easy_getinfo(easy.get(), CURLINFO_SSL_VERIFYRESULT, &verify_result);
            return {ErrorKind::network,
                    fmt::format("{}: its TLS certificate is not trusted: {}", host, why),
                    {},
                    steps_for_certificate(verify_result)};
        }
        default:
            return {ErrorKind::network, fmt::format("{}: {}", host, why), {}, {}};
    }
}

CurlExchange::CurlExchange(std::unique_ptr<State> state) : state_(std::move(state)) {}

CurlExchange::CurlExchange(CurlExchange&& other) noexcept = default;

CurlExchange::~CurlExchange() = default;

base::Result<CurlExchange> CurlExchange::prepare(const Request& request, const std::string& trust,
                                                 const std::string& resolved) {
    auto state = std::make_unique<State>(request);
    state->easy.reset(curl_easy_init());
    if (!state->easy) return base::fail(base::ErrorKind::internal, "libcurl did not start");
    if (auto set = state->set_options(trust, resolved); !set) return std::move(set).error();
    return CurlExchange{std::move(state)};
}

void* CurlExchange::easy() const {
    return state_->easy.get();
}

void CurlExchange::wait_for_connection() {
    curl_easy_setopt(easy(), CURLOPT_PIPEWAIT, 1L);
}

ServerTurns::Version CurlExchange::version() const {
    long version = 0;
    curl_easy_getinfo(easy(), CURLINFO_HTTP_VERSION, &version);
    return version >= CURL_HTTP_VERSION_2_0 ? ServerTurns::Version::http2
                                            : ServerTurns::Version::http1;
}

base::Result<Response> CurlExchange::finish(int code) {
    if (code != CURLE_OK) return state_->to_error(static_cast<CURLcode>(code));
    long status = 0;
    curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
    state_->response.status = static_cast<int>(status);
    state_->response.headers = read_headers(easy());
    return std::move(state_->response);
}

}  // namespace http
