#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "base/unique_fd.h"
#include "crypto/private_key.h"

namespace test {

/// A TCP server on a free loopback port; what it does with a connection is the test's.
/// The thread ends, and is joined, with the object.
class RawServer {
  public:
    using Serve = std::function<void(int connection)>;

    /// `address` is 127.0.0.1 or ::1. The connection is closed after `serve`.
    RawServer(const std::string& address, Serve serve);
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;
    RawServer(RawServer&&) = delete;
    RawServer& operator=(RawServer&&) = delete;
    ~RawServer();

    std::uint16_t port() const { return port_; }

  private:
    void accept_all();

    Serve serve_;
    base::UniqueFd listening_;
    std::uint16_t port_ = 0;
    std::atomic<bool> ending_ = false;
    std::thread thread_;
};

/// Certificate and key of one server name.
struct Served {
    std::string certificate_pem;
    const crypto::PrivateKey* key;
};

/// Shakes hands as a TLS server that shows `special` to clients asking for `special_name` by SNI
/// and `usual` to all others; `seen_name` gets what was asked for.
RawServer::Serve serve_tls(Served usual, std::string special_name, Served special,
                           std::string& seen_name);

/// The same with one certificate and TLS 1.1, which hosts are set up to refuse today.
RawServer::Serve serve_old_tls(Served served);

}  // namespace test
