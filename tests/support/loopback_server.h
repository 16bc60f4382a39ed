#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

struct ssl_ctx_st;  // SSL_CTX
struct ssl_st;      // SSL

namespace test {

/// What the server does with one request.
struct Reply {
    std::string bytes;                  ///< the whole answer; may be empty
    bool close = false;                 ///< afterwards
    std::chrono::milliseconds hold{0};  ///< before going on, unless the server stops
};

/// `HTTP/1.1 <status> X` with Content-Length.
std::string http_answer(int status, const std::string& body, const std::string& headers = {});

/// A server on a free port of 127.0.0.1, speaking HTTP/1.1 with or without TLS, each connection in
/// a thread of its own. Its certificate is self-signed, for `localhost`.
class LoopbackServer {
  public:
    enum class Transport { plain, tls };
    using Handler = std::function<Reply(const std::string& request)>;

    LoopbackServer(Transport transport, Handler handler);
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;
    LoopbackServer(LoopbackServer&&) = delete;
    LoopbackServer& operator=(LoopbackServer&&) = delete;
    ~LoopbackServer();

    std::uint16_t port() const { return port_; }
    std::string port_text() const { return std::to_string(port_); }
    const std::string& certificate_pem() const { return certificate_pem_; }

    int connections() const { return connections_; }
    /// Head and body of each request that arrived whole.
    std::vector<std::string> requests() const;

  private:
    class Connection;

    void make_certificate();
    void serve();
    void serve_connection(Connection& connection);

    Handler handler_;
    base::UniqueFd listener_;
    std::uint16_t port_ = 0;
    ssl_ctx_st* tls_ = nullptr;
    std::string certificate_pem_;
    std::atomic<bool> stopping_ = false;
    std::atomic<int> connections_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<std::thread> connected_;
    std::thread thread_;
};

}  // namespace test
