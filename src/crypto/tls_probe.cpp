#include "crypto/tls_probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <netdb.h>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "base/unique_fd.h"
#include "crypto/free_with.h"
#include "crypto/ip_address.h"
#include "crypto/octets.h"
#include "crypto/openssl_error.h"

namespace crypto {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using AddressPtr = std::unique_ptr<addrinfo, FreeWith<freeaddrinfo>>;
using ContextPtr = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, FreeWith<SSL_free>>;

/// One non-blocking TCP connection; every wait ends at the same moment.
class Connection {
  public:
    Connection(std::string peer, std::chrono::milliseconds patience)
        : peer_(std::move(peer)), until_(std::chrono::steady_clock::now() + patience) {}

    base::Result<void> open(const addrinfo& address) {
        fd_ = base::UniqueFd{
            ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
        if (!fd_) return failure("connecting to", errno);
        if (::connect(fd_.get(), address.ai_addr, address.ai_addrlen) == 0) return {};
        if (errno != EINPROGRESS) return failure("connecting to", errno);
        if (auto ready = wait_for(POLLOUT); !ready) return ready;
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) return failure("connecting to", error);
        return {};
    }

    base::Result<void> send_all(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent >= 0) {
                bytes.remove_prefix(static_cast<std::size_t>(sent));
            } else if (errno == EAGAIN) {
                if (auto ready = wait_for(POLLOUT); !ready) return ready;
            } else if (errno != EINTR) {
                return failure("sending to", errno);
            }
        }
        return {};
    }

    /// At least one byte.
    base::Result<std::string> receive() {
        std::array<char, 8192> buffer{};
        for (;;) {
            if (auto ready = wait_for(POLLIN); !ready) return std::move(ready).error();
            const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
            if (got > 0) return std::string{buffer.data(), static_cast<std::size_t>(got)};
            if (got == 0) {
                return base::fail(base::ErrorKind::network,
                                  peer_ + " closed the connection before it showed a certificate");
            }
            if (errno != EAGAIN && errno != EINTR) return failure("receiving from", errno);
        }
    }

    const std::string& peer() const { return peer_; }

  private:
    base::Error failure(std::string_view what, int error_number) const {
        return base::Error{
            base::ErrorKind::network,
            std::string{what} + " " + peer_ + ": " + std::generic_category().message(error_number),
            std::nullopt,
            {}};
    }

    base::Result<void> wait_for(short events) {
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(
                until_ - std::chrono::steady_clock::now());
            pollfd watched{fd_.get(), events, 0};
            const int ready = ::poll(&watched, 1, static_cast<int>(std::max(left.count(), 0L)));
            if (ready > 0) return {};
            if (ready < 0 && errno != EINTR) return failure("waiting for", errno);
            if (left.count() <= 0) {
                return base::fail(base::ErrorKind::timeout, peer_ + " did not answer in time");
            }
        }
    }

    std::string peer_;
    SteadyTime until_;
    base::UniqueFd fd_;
};

AddressPtr resolve_numeric(const std::string& address, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        return nullptr;
    }
    return AddressPtr{found};
}

/// A client that sees whatever is served. Verification is off on purpose: the question is which
/// certificate is shown, be it self-signed, expired or for another name, and the caller compares
/// it with the one it installed. Nothing is sent over the connection. For the same reason keys and
/// signatures that are too weak for this host's policy must not end the handshake.
ContextPtr make_context() {
    ContextPtr context{SSL_CTX_new(TLS_client_method())};
    if (!context) throw_openssl_error("preparing a TLS client");
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_security_level(context.get(), 0);
    return context;
}

/// Memory BIOs, because a socket BIO would raise SIGPIPE when the server hangs up.
SslPtr make_session(SSL_CTX* context, const std::string& server_name) {
    SslPtr ssl{SSL_new(context)};
    if (!ssl) throw_openssl_error("preparing a TLS client");
    SSL_set_connect_state(ssl.get());
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (SSL_get_rbio(ssl.get()) == nullptr || SSL_get_wbio(ssl.get()) == nullptr) {
        throw_openssl_error("preparing a TLS client");
    }
    std::string sni = server_name;
    // What the macro SSL_set_tlsext_host_name does, without its C cast.
    if (parse_ip_address(sni).empty() && SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                                  TLSEXT_NAMETYPE_host_name, sni.data()) != 1) {
        throw_openssl_error("preparing a TLS client");
    }
    return ssl;
}

std::string take_pending(BIO* bio) {
    std::string bytes(BIO_ctrl_pending(bio), '\0');
    if (!bytes.empty()) BIO_read(bio, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

/// Moves bytes between the session and the network until the handshake is over.
base::Result<void> shake_hands(SSL* ssl, Connection& connection) {
    for (;;) {
        clear_openssl_errors();
        const int done = SSL_connect(ssl);
        const int state = SSL_get_error(ssl, done);
        if (done != 1 && state != SSL_ERROR_WANT_READ) {
            return take_openssl_error(base::ErrorKind::network,
                                      "the TLS handshake with " + connection.peer() + " failed");
        }
        if (auto sent = connection.send_all(take_pending(SSL_get_wbio(ssl))); !sent) return sent;
        if (done == 1) return {};
        auto received = connection.receive();
        if (!received) return std::move(received).error();
        const std::string bytes = std::move(*received);
        BIO_write(SSL_get_rbio(ssl), bytes.data(), static_cast<int>(bytes.size()));
    }
}

std::optional<std::string> peer_fingerprint(const SSL* ssl) {
    X509* leaf = SSL_get0_peer_certificate(ssl);
    if (leaf == nullptr) return std::nullopt;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (X509_digest(leaf, EVP_sha256(), digest.data(), &length) != 1) return std::nullopt;
    return base::to_hex(text_of(digest.data(), length));
}

}  // namespace

base::Result<std::string> fetch_served_fingerprint(const std::string& address, std::uint16_t port,
                                                   const std::string& server_name,
                                                   std::chrono::milliseconds deadline) {
    const AddressPtr target = resolve_numeric(address, port);
    if (!target) {
        return base::fail(base::ErrorKind::invalid_input,
                          "\"" + base::printable(address) + "\" is not an IP address");
    }
    const bool is_v6 = target->ai_family == AF_INET6;
    Connection connection{
        (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port) + " (TLS)", deadline};
    clear_openssl_errors();
    const ContextPtr context = make_context();
    const SslPtr ssl = make_session(context.get(), server_name);
    if (auto opened = connection.open(*target); !opened) return std::move(opened).error();
    if (auto done = shake_hands(ssl.get(), connection); !done) return std::move(done).error();
    auto fingerprint = peer_fingerprint(ssl.get());
    if (!fingerprint) {
        return base::fail(base::ErrorKind::network, connection.peer() + " showed no certificate");
    }
    return std::move(*fingerprint);
}

}  // namespace crypto
