#include "http/curl_probe.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <curl/curl.h>

#include "base/ip_address.h"
#include "base/text.h"
#include "http/curl_multi.h"

namespace http {
namespace {

struct FreeHandle {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

std::string in_brackets(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

/// A handle of its own, since none of this may hold for what is asked of a CA. Verification is off
/// on purpose: the question is which certificate is shown, be it self-signed, expired or for
/// another name. For the same reason old versions of TLS, and keys and signatures that are too weak
/// for this host's policy, must not end the handshake, and no session of before may shorten it.
class Handshake {
  public:
    Handshake(const std::string& peer, const std::string& url, std::chrono::milliseconds deadline)
        : easy_(curl_easy_init()), route_(curl_slist_append(nullptr, ("::" + peer).c_str())) {
        if (!easy_ || !route_) return;
        const long patience = std::max(1L, static_cast<long>(deadline.count()));  // 0: for ever
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "https");
        set(CURLOPT_CONNECT_TO, route_.get());
        set(CURLOPT_PROXY, "");
        set(CURLOPT_CONNECT_ONLY, 1L);
        set(CURLOPT_CERTINFO, 1L);
        set(CURLOPT_SSL_VERIFYPEER, 0L);
        set(CURLOPT_SSL_VERIFYHOST, 0L);
        set(CURLOPT_CAINFO, nullptr);
        set(CURLOPT_CAPATH, nullptr);
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_0));
        set(CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
        set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
        set(CURLOPT_SSL_ENABLE_ALPN, 0L);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT_MS, patience);
        set(CURLOPT_TIMEOUT_MS, patience);
        set(CURLOPT_ERRORBUFFER, reason_.data());
    }

    /// Why it cannot be tried, if so.
    CURLcode obstacle() const { return easy_ && route_ ? refused_ : CURLE_OUT_OF_MEMORY; }

    CURL* easy() const { return easy_.get(); }

    /// Of the leaf, which a server sends first; empty if it showed none.
    std::string certificate_pem() const {
        constexpr std::string_view kLabel = "Cert:";
        curl_certinfo* shown = nullptr;
        curl_easy_getinfo(easy_.get(), CURLINFO_CERTINFO, &shown);
        if (shown == nullptr || shown->num_of_certs == 0) return {};
        for (const curl_slist* line = shown->certinfo[0]; line != nullptr; line = line->next) {
            const std::string_view text = line->data;
            if (text.starts_with(kLabel)) return std::string{text.substr(kLabel.size())};
        }
        return {};
    }

    std::string why(CURLcode code) const {
        return base::printable(reason_.front() != '\0' ? reason_.data() : curl_easy_strerror(code));
    }

    std::string why_not_connected() const {
        long number = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &number);
        if (number == 0) return why(CURLE_COULDNT_CONNECT);
        return std::generic_category().message(static_cast<int>(number));
    }

  private:
    template <class T>
    void set(CURLoption option, T value) {
        const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
        if (refused_ == CURLE_OK) refused_ = code;
    }

    std::array<char, CURL_ERROR_SIZE> reason_{};
    std::unique_ptr<CURL, FreeHandle> easy_;
    std::unique_ptr<curl_slist, FreeHandle> route_;
    CURLcode refused_ = CURLE_OK;
};

base::Error to_error(const Handshake& handshake, CURLcode code, const std::string& peer) {
    using base::ErrorKind;
    const auto error = [](ErrorKind kind, std::string message) {
        return base::Error{kind, std::move(message), std::nullopt, {}};
    };
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return error(ErrorKind::timeout, peer + " did not answer in time");
        case CURLE_COULDNT_CONNECT:
            return error(ErrorKind::network,
                         "connecting to " + peer + ": " + handshake.why_not_connected());
        case CURLE_SSL_CONNECT_ERROR:
            return error(ErrorKind::network,
                         "the TLS handshake with " + peer + " failed: " + handshake.why(code));
        case CURLE_URL_MALFORMAT:
            return error(ErrorKind::invalid_input, peer + ": " + handshake.why(code));
        default:
            return error(ErrorKind::network, peer + ": " + handshake.why(code));
    }
}

}  // namespace

CurlProbe::CurlProbe(const CurlRuntime& /*runtime*/, async::Loop& loop)
    : multi_(std::make_unique<CurlMulti>(loop)) {}

CurlProbe::~CurlProbe() = default;

async::Task<base::Result<std::string>> CurlProbe::fetch(std::string address, std::uint16_t port,
                                                        std::string server_name,
                                                        std::chrono::milliseconds deadline) {
    if (!base::to_canonical_ip(address)) {
        co_return base::fail(base::ErrorKind::invalid_input,
                             "\"" + base::printable(address) + "\" is not an IP address");
    }
    const std::string port_text = ":" + std::to_string(port);
    const std::string peer = in_brackets(address) + port_text;
    const std::string peer_over_tls = peer + " (TLS)";
    const Handshake handshake{peer, "https://" + in_brackets(server_name) + port_text + "/",
                              deadline};
    int code = handshake.obstacle();
    if (code == CURLE_OK) code = co_await multi_->perform(handshake.easy());
    if (code != CURLE_OK) {
        co_return to_error(handshake, static_cast<CURLcode>(code), peer_over_tls);
    }
    std::string pem = handshake.certificate_pem();
    if (pem.empty()) {
        co_return base::fail(base::ErrorKind::network, peer_over_tls + " showed no certificate");
    }
    co_return pem;
}

}  // namespace http
