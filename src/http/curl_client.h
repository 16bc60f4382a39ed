#pragma once

#include <memory>

#include "base/result.h"
#include "http/client.h"
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

/// HTTP over libcurl. One handle, so the connection to a CA is kept alive from request to request,
/// with HTTP/2 where the server offers it. Certificates are always verified, redirects are never
/// followed. The proxy variables of the environment are honoured, except with `connect_to`.
///
/// A POST whose answer is lost is never sent again behind the caller's back: its nonce may be spent
/// (RFC 8555 section 6.5).
class CurlClient final : public HttpClient {
  public:
    /// `invalid_input` if a file of the trust store is unreadable or no PEM.
    static base::Result<std::unique_ptr<CurlClient>> open(const CurlRuntime& runtime,
                                                          const TrustStore& trust = {});
    CurlClient(const CurlClient&) = delete;
    CurlClient& operator=(const CurlClient&) = delete;
    CurlClient(CurlClient&&) = delete;
    CurlClient& operator=(CurlClient&&) = delete;
    ~CurlClient() override;

    base::Result<Response> send(const Request& request) override;

    /// Name and version of this product, sent with every request (RFC 8555 section 6.1).
    static std::string user_agent();

  private:
    struct Handle;
    explicit CurlClient(std::unique_ptr<Handle> handle);

    std::unique_ptr<Handle> handle_;
};

}  // namespace http
