#include "support/loopback_server.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/text.h"

namespace test {
namespace {

constexpr long kHour = 3600;  // seconds
constexpr int kTick = 20;     // milliseconds between looks at the stop flag

void require(bool worked, const char* what) {
    if (!worked) throw std::runtime_error(what);
}

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

std::size_t content_length(const std::string& head) {
    const std::string lower = base::to_lower(head);
    const std::string name = "content-length:";
    const std::size_t at = lower.find(name);
    return at == std::string::npos ? 0 : std::stoul(lower.substr(at + name.size()));
}

}  // namespace

std::string http_answer(int status, const std::string& body, const std::string& headers) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
           body;
}

/// One accepted socket, with TLS over it or not.
class LoopbackServer::Connection {
  public:
    Connection(int fd, ssl_ctx_st* tls) : fd_(fd) {
        if (tls == nullptr) return;
        ssl_.reset(SSL_new(tls));
        require(ssl_ && SSL_set_fd(ssl_.get(), fd) == 1, "SSL_new");
        usable_ = SSL_accept(ssl_.get()) == 1;
    }

    bool usable() const { return usable_; }

    /// Waits a moment for bytes. Empty and still usable: none came.
    std::string read_some() {
        if (!ssl_ || SSL_pending(ssl_.get()) == 0) {
            pollfd waiting{fd_.get(), POLLIN, 0};
            if (::poll(&waiting, 1, kTick) <= 0) return {};
        }
        std::array<char, 4096> buffer{};
        const auto size = static_cast<int>(buffer.size());
        const auto got = ssl_
                             ? SSL_read(ssl_.get(), buffer.data(), size)
                             : static_cast<int>(::recv(fd_.get(), buffer.data(), buffer.size(), 0));
        usable_ = got > 0;
        return {buffer.data(), static_cast<std::size_t>(std::max(got, 0))};
    }

    void write_all(std::string_view bytes) {
        while (usable_ && !bytes.empty()) {
            const auto sent =
                ssl_
                    ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                    : static_cast<int>(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
            usable_ = sent > 0;
            if (usable_) bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

  private:
    base::UniqueFd fd_;
    std::unique_ptr<SSL, FreeWith<SSL_free>> ssl_;
    bool usable_ = true;
};

LoopbackServer::LoopbackServer(Transport transport, Handler handler)
    : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    // OpenSSL writes without MSG_NOSIGNAL.
    require(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR, "signal");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    require(::bind(listener_.get(), generic, length) == 0, "bind");
    require(::listen(listener_.get(), 8) == 0, "listen");
    require(::getsockname(listener_.get(), generic, &length) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
    if (transport == Transport::tls) make_certificate();
    thread_ = std::thread([this] { serve(); });
}

LoopbackServer::~LoopbackServer() {
    stopping_ = true;
    thread_.join();
    for (std::thread& one : connected_)
        one.join();
    SSL_CTX_free(tls_);
}

void LoopbackServer::make_certificate() {
    const std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>> key(
        EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    const std::unique_ptr<X509, FreeWith<X509_free>> certificate(X509_new());
    X509* x509 = certificate.get();
    require(key && x509 != nullptr, "key");
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -kHour);
    X509_gmtime_adj(X509_getm_notAfter(x509), kHour);
    X509_set_pubkey(x509, key.get());
    X509_NAME* subject = X509_get_subject_name(x509);
    const std::array<unsigned char, 8> name{'l', 'o', 'o', 'p', 'b', 'a', 'c', 'k'};
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name.data(), name.size(), -1, 0);
    X509_set_issuer_name(x509, subject);
    const std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost"));
    require(names && X509_add_ext(x509, names.get(), -1) == 1, "subjectAltName");
    require(X509_sign(x509, key.get(), EVP_sha256()) > 0, "X509_sign");
    const std::unique_ptr<BIO, FreeWith<BIO_free>> memory(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(memory.get(), x509) == 1, "PEM_write_bio_X509");
    char* text = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &text);
    certificate_pem_.assign(text, static_cast<std::size_t>(size));
    tls_ = SSL_CTX_new(TLS_server_method());
    require(SSL_CTX_use_certificate(tls_, x509) == 1, "certificate");
    require(SSL_CTX_use_PrivateKey(tls_, key.get()) == 1, "private key");
}

std::vector<std::string> LoopbackServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void LoopbackServer::serve() {
    while (!stopping_) {
        pollfd waiting{listener_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, kTick) <= 0) continue;
        const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) continue;
        ++connections_;
        connected_.emplace_back([this, fd] {
            Connection connection(fd, tls_);
            serve_connection(connection);
        });
    }
}

void LoopbackServer::serve_connection(Connection& connection) {
    std::string bytes;
    while (connection.usable() && !stopping_) {
        bytes += connection.read_some();
        const std::size_t head = bytes.find("\r\n\r\n");
        if (head == std::string::npos) continue;
        const std::size_t whole = head + 4 + content_length(bytes.substr(0, head));
        if (bytes.size() < whole) continue;
        const std::string request = bytes.substr(0, whole);
        bytes.erase(0, whole);
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        const Reply reply = handler_(request);
        connection.write_all(reply.bytes);
        const auto until = std::chrono::steady_clock::now() + reply.hold;
        while (!stopping_ && std::chrono::steady_clock::now() < until) {
            std::this_thread::sleep_for(std::chrono::milliseconds(kTick));
        }
        if (reply.close) return;
    }
}

}  // namespace test
