#include "tls_server.h"

#include <arpa/inet.h>
#include <csignal>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "crypto/free_with.h"

namespace test {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, crypto::FreeWith<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, crypto::FreeWith<SSL_free>>;
using CertificatePtr = std::unique_ptr<X509, crypto::FreeWith<X509_free>>;
using BioPtr = std::unique_ptr<BIO, crypto::FreeWith<BIO_free_all>>;

void require(bool worked, const char* what) {
    if (!worked) throw std::runtime_error(what);
}

socklen_t fill(sockaddr_storage& storage, const std::string& address) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    if (inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        return sizeof(sockaddr_in);
    }
    require(inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1, "address");
    v6->sin6_family = AF_INET6;
    return sizeof(sockaddr_in6);
}

void use(SSL_CTX* context, SSL* ssl, const Served& served) {
    const BioPtr source{BIO_new_mem_buf(served.certificate_pem.data(),
                                        static_cast<int>(served.certificate_pem.size()))};
    const CertificatePtr certificate{PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)};
    if (ssl == nullptr) {
        SSL_CTX_use_certificate(context, certificate.get());
        SSL_CTX_use_PrivateKey(context, served.key->native());
    } else {
        SSL_use_certificate(ssl, certificate.get());
        SSL_use_PrivateKey(ssl, served.key->native());
    }
}

struct Choice {
    std::string name;
    Served served;
    std::string& seen_name;
};

int choose(SSL* ssl, int* /*alert*/, void* data) {
    auto& choice = *static_cast<Choice*>(data);
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    choice.seen_name = name == nullptr ? "(none)" : name;
    if (choice.seen_name == choice.name) use(nullptr, ssl, choice.served);
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

RawServer::RawServer(const std::string& address, Serve serve) : serve_(std::move(serve)) {
    sockaddr_storage storage{};
    socklen_t size = fill(storage, address);
    listening_ = base::UniqueFd{::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    auto* raw = reinterpret_cast<sockaddr*>(&storage);
    require(::bind(listening_.get(), raw, size) == 0, "bind");
    require(::listen(listening_.get(), 8) == 0, "listen");
    require(::getsockname(listening_.get(), raw, &size) == 0, "getsockname");
    port_ =
        ntohs(storage.ss_family == AF_INET ? reinterpret_cast<sockaddr_in*>(&storage)->sin_port
                                           : reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port);
    thread_ = std::thread{[this] { accept_all(); }};
}

RawServer::~RawServer() {
    ending_ = true;
    ::shutdown(listening_.get(), SHUT_RDWR);  // wakes accept
    thread_.join();
}

void RawServer::accept_all() {
    // A probe hangs up once it has seen enough. Blocked in this thread only: whether the probe
    // itself can raise the signal is what a test looks at.
    sigset_t signals{};
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    while (!ending_) {
        const base::UniqueFd connection{
            ::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
        if (connection) serve_(connection.get());
    }
}

RawServer::Serve serve_tls(Served usual, std::string special_name, Served special,
                           std::string& seen_name) {
    const auto choice =
        std::make_shared<Choice>(Choice{std::move(special_name), std::move(special), seen_name});
    return [usual = std::move(usual), choice](int connection) {
        const ContextPtr context{SSL_CTX_new(TLS_server_method())};
        SSL_CTX_set_security_level(context.get(), 0);
        use(context.get(), nullptr, usual);
        // What the macro SSL_CTX_set_tlsext_servername_callback does, without its C cast.
        SSL_CTX_callback_ctrl(context.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                              reinterpret_cast<void (*)()>(choose));
        SSL_CTX_set_tlsext_servername_arg(context.get(), choice.get());
        const SslPtr ssl{SSL_new(context.get())};
        SSL_set_fd(ssl.get(), connection);
        SSL_accept(ssl.get());
    };
}

RawServer::Serve serve_old_tls(Served served) {
    return [served = std::move(served)](int connection) {
        const ContextPtr context{SSL_CTX_new(TLS_server_method())};
        SSL_CTX_set_security_level(context.get(), 0);
        // What the macros SSL_CTX_set_min_proto_version and max do, without their C casts.
        SSL_CTX_ctrl(context.get(), SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_VERSION, nullptr);
        SSL_CTX_ctrl(context.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_1_VERSION, nullptr);
        use(context.get(), nullptr, served);
        const SslPtr ssl{SSL_new(context.get())};
        SSL_set_fd(ssl.get(), connection);
        SSL_accept(ssl.get());
    };
}

}  // namespace test
