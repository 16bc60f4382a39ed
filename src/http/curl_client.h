#pragma once

#include <memory>

#include "async/loop.h"
#include "async/task.h"
#include "base/result.h"
#include "http/client.h"
#include "http/host_lookup.h"
#include "http/trust_store.h"

namespace http {

/// libcurl's process-wide state. A heavy main owns one; it outlives every CurlClient.
class CurlRuntime {
  public:
    CurlRuntime();
    CurlRuntime(const CurlRuntime&) = delete;
    CurlRuntime& operator=(const CurlRuntime&) = delete;
    CurlRuntime(CurlRuntime&&) = delete;
    CurlRuntime& operator=(CurlRuntime&&) = delete;
    ~CurlRuntime();
};

/// How a client connects.
struct Connections {
    /// Requests to one server take turns (server_turns.h); else all are sent at once.
    bool takes_turns = true;
    HostLookup* lookup = nullptr;  ///< outlives the client; none: libcurl resolves, in a thread
};

/// HTTP over libcurl, on a loop. Connections are kept alive from request to request, with HTTP/2
/// where the server offers it. Certificates are always verified, redirects are never followed. The
/// proxy variables of the environment are honoured, except with `connect_to`.
///
/// A POST whose answer is lost is never sent again behind the caller's back: its nonce may be spent
/// (RFC 8555 section 6.5).
class CurlClient final : public Client {
  public:
    /// `invalid_input` if a file of the trust store is unreadable or no PEM.
    static base::Result<std::unique_ptr<CurlClient>> open(const CurlRuntime& runtime,
                                                          async::Loop& loop,
                                                          const TrustStore& trust = {},
                                                          const Connections& connections = {});
    CurlClient(const CurlClient&) = delete;
    CurlClient& operator=(const CurlClient&) = delete;
    CurlClient(CurlClient&&) = delete;
    CurlClient& operator=(CurlClient&&) = delete;
    ~CurlClient() override;

    async::Task<base::Result<Response>> send(Request request) override;

  private:
    struct State;
    explicit CurlClient(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace http
