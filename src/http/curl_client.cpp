#include "http/curl_client.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/text.h"
#include "http/link.h"

namespace http {
namespace {

constexpr std::size_t kMostHeaderBytes = 64UL << 10U;

struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};

/// False if there is no memory for it.
bool append(List& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return false;
    static_cast<void>(list.release());  // it is the head of the longer list, or that list itself
    list.reset(longer);
    return true;
}

/// What the callbacks of one exchange read and write.
struct Exchange {
    std::string_view unsent;
    bool sent_any = false;
    Response response;
    std::size_t header_bytes = 0;
    std::size_t most_body_bytes = 0;
    bool too_large = false;
};

std::size_t refuse(Exchange& exchange) noexcept {
    exchange.too_large = true;
    return 0;  // anything but the size handed over makes curl stop
}

std::size_t take_body(char* bytes, std::size_t /*one*/, std::size_t count, void* user) noexcept {
    auto& exchange = *static_cast<Exchange*>(user);
    std::string& body = exchange.response.body;
    if (count > exchange.most_body_bytes - body.size()) return refuse(exchange);
    try {
        body.append(bytes, count);
    } catch (...) {  // must not cross curl's C frames
        return refuse(exchange);
    }
    return count;
}

/// libcurl keeps the headers; how many there may be is ours to say.
std::size_t count_header(char* /*bytes*/, std::size_t /*one*/, std::size_t count,
                         void* user) noexcept {
    auto& exchange = *static_cast<Exchange*>(user);
    if (count > kMostHeaderBytes - exchange.header_bytes) return refuse(exchange);
    exchange.header_bytes += count;
    return count;
}

/// Those of the answer itself: none of an interim one or of a proxy's CONNECT, no trailers.
std::vector<std::pair<std::string, std::string>> read_headers(CURL* easy) {
    constexpr int kLastRequest = -1;
    std::vector<std::pair<std::string, std::string>> headers;
    curl_header* header = nullptr;
    while ((header = curl_easy_nextheader(easy, CURLH_HEADER, kLastRequest, header)) != nullptr)
        headers.emplace_back(base::to_lower(header->name), base::trim(header->value));
    return headers;
}

/// The body goes out through a callback that cannot be rewound once it has given anything: with a
/// plain buffer curl would send a POST a second time when a kept connection turns out to be dead.
std::size_t give_body(char* bytes, std::size_t one, std::size_t count, void* user) noexcept {
    auto& exchange = *static_cast<Exchange*>(user);
    const std::size_t given = std::min(one * count, exchange.unsent.size());
    std::memcpy(bytes, exchange.unsent.data(), given);
    exchange.unsent.remove_prefix(given);
    exchange.sent_any = exchange.sent_any || given > 0;
    return given;
}

/// Since curl 8 a handle whose request was lost wants to rewind before its next one, which is
/// another.
int rewind_body(void* user, curl_off_t offset, int origin) noexcept {
    const auto& exchange = *static_cast<Exchange*>(user);
    const bool is_there = !exchange.sent_any && offset == 0 && origin == SEEK_SET;
    return is_there ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

long whole_seconds(std::chrono::milliseconds duration) {
    return std::max(1L,
                    static_cast<long>(std::chrono::ceil<std::chrono::seconds>(duration).count()));
}

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

  private:
    CURL* easy_;
    CURLcode first_failure_ = CURLE_OK;
};

void set_scheme(Options& options, Scheme scheme) {
    options.set(CURLOPT_PROTOCOLS_STR, scheme == Scheme::https_only ? "https" : "http");
    options.set(CURLOPT_FOLLOWLOCATION, 0L);
}

void set_method(Options& options, const Request& request) {
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

void set_limits(Options& options, const Limits& limits) {
    options.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
    options.set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total.count()));
    options.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    options.set(CURLOPT_LOW_SPEED_TIME, whole_seconds(limits.stall));
    options.set(CURLOPT_NOSIGNAL, 1L);
}

void set_callbacks(Options& options, Exchange& exchange) {
    options.set(CURLOPT_WRITEFUNCTION, &take_body);
    options.set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
    options.set(CURLOPT_HEADERFUNCTION, &count_header);
    options.set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
    options.set(CURLOPT_READFUNCTION, &give_body);
    options.set(CURLOPT_READDATA, static_cast<void*>(&exchange));
    options.set(CURLOPT_SEEKFUNCTION, &rewind_body);
    options.set(CURLOPT_SEEKDATA, static_cast<void*>(&exchange));
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

base::Error to_error(CURL* easy, CURLcode code, const Exchange& exchange, const Request& request,
                     std::string_view reason) {
    using base::ErrorKind;
    const std::string host = base::printable(host_of(request.url));
    if (exchange.too_large) {
        return {
            ErrorKind::network,
            fmt::format("{}: the answer is larger than {} bytes", host, request.limits.body_bytes),
            {},
            {}};
    }
    const std::string why =
        base::printable(reason.empty() ? std::string_view{curl_easy_strerror(code)} : reason);
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
            curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verify_result);
            return {ErrorKind::network,
                    fmt::format("{}: its TLS certificate is not trusted: {}", host, why),
                    {},
                    steps_for_certificate(verify_result)};
        }
        default:
            return {ErrorKind::network, fmt::format("{}: {}", host, why), {}, {}};
    }
}

bool scheme_fits(const Request& request) {
    const std::string_view wanted = request.scheme == Scheme::https_only ? "https://" : "http://";
    return origin_of(request.url).starts_with(wanted);
}

}  // namespace

CurlRuntime::CurlRuntime() {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

CurlRuntime::~CurlRuntime() {
    curl_global_cleanup();
}

struct CurlClient::Handle {
    std::unique_ptr<CURL, FreeEasy> easy;
    std::string trust;  ///< empty: libcurl's own default, which is the system's store

    base::Result<void> prepare(const Request& request, Exchange& exchange, List& headers,
                               List& connect_to) const;
};

CurlClient::CurlClient(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}

CurlClient::~CurlClient() = default;

std::string CurlClient::user_agent() {
    return fmt::format("dokku-letsencrypt/{} (Dokku plugin; libcurl/{})", SUITE_VERSION,
                       curl_version_info(CURLVERSION_NOW)->version);
}

base::Result<std::unique_ptr<CurlClient>> CurlClient::open(const CurlRuntime& /*runtime*/,
                                                           const TrustStore& trust) {
    auto handle = std::make_unique<Handle>();
    if (!trust.extra_pem_files.empty()) {
        const char* bundle = curl_version_info(CURLVERSION_NOW)->cainfo;
        auto text = read_trust(trust, bundle == nullptr ? "" : bundle);
        if (!text) return std::move(text).error();
        handle->trust = std::move(*text);
    }
    handle->easy.reset(curl_easy_init());
    if (!handle->easy) return base::fail(base::ErrorKind::internal, "libcurl did not start");
    return std::unique_ptr<CurlClient>(new CurlClient(std::move(handle)));
}

base::Result<void> CurlClient::Handle::prepare(const Request& request, Exchange& exchange,
                                               List& headers, List& connect_to) const {
    curl_easy_reset(easy.get());  // options only: connections stay
    Options options(easy.get());
    options.set(CURLOPT_URL, request.url.c_str());
    options.set(CURLOPT_USERAGENT, user_agent().c_str());
    options.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    options.set(CURLOPT_SSL_VERIFYPEER, 1L);
    options.set(CURLOPT_SSL_VERIFYHOST, 2L);
    options.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!trust.empty()) {
        curl_blob blob{const_cast<char*>(trust.data()),  // NOLINT(*-const-cast): only read
                       trust.size(), CURL_BLOB_NOCOPY};
        options.set(CURLOPT_CAINFO_BLOB, &blob);
    }
    set_scheme(options, request.scheme);
    set_method(options, request);
    set_limits(options, request.limits);
    set_callbacks(options, exchange);

    bool enough_memory = append(headers, "Expect:");  // no waiting for 100 Continue
    for (const auto& [name, value] : request.headers) {
        enough_memory = append(headers, fmt::format("{}: {}", name, value)) && enough_memory;
    }
    options.set(CURLOPT_HTTPHEADER, headers.get());
    if (!request.connect_to.empty()) {
        const bool is_ipv6 = request.connect_to.find(':') != std::string::npos;
        const std::string target = is_ipv6 ? fmt::format("::[{}]:", request.connect_to)
                                           : fmt::format("::{}:", request.connect_to);
        enough_memory = append(connect_to, target) && enough_memory;
        options.set(CURLOPT_CONNECT_TO, connect_to.get());
        options.set(CURLOPT_PROXY, "");  // this very address is what is wanted
    }
    if (options.first_failure() == CURLE_OK && enough_memory) return {};
    return base::fail(base::ErrorKind::internal,
                      fmt::format("{}: libcurl refuses an option: {}", host_of(request.url),
                                  curl_easy_strerror(options.first_failure())));
}

base::Result<Response> CurlClient::send(const Request& request) {
    if (!scheme_fits(request)) {
        return base::fail(base::ErrorKind::invalid_input,
                          fmt::format("{} is not an {} URL", base::printable(request.url),
                                      request.scheme == Scheme::https_only ? "https" : "http"));
    }
    Exchange exchange;
    exchange.unsent = request.body;
    exchange.most_body_bytes = request.limits.body_bytes;
    List headers;
    List connect_to;
    auto prepared = handle_->prepare(request, exchange, headers, connect_to);
    if (!prepared) return std::move(prepared).error();

    CURL* easy = handle_->easy.get();
    std::array<char, CURL_ERROR_SIZE> reason{};
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason.data());
    const CURLcode code = curl_easy_perform(easy);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
    if (code != CURLE_OK) return to_error(easy, code, exchange, request, reason.data());
    exchange.response.status = static_cast<int>(status);
    exchange.response.headers = read_headers(easy);
    return std::move(exchange.response);
}

}  // namespace http
