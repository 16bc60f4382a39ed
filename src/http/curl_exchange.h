#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "http/client.h"
#include "http/server_turns.h"

namespace http {

/// One request of libcurl's easy interface and what has come back of it. Only for this room's own
/// sources.
class CurlExchange {
  public:
    /// `trust` is a PEM bundle, empty for libcurl's own, which is the system's store; request and
    /// bundle stay where they are while this lives. `resolved` is `host:port:address,...` for
    /// CURLOPT_RESOLVE, or empty. `internal` if libcurl refuses an option.
    static base::Result<CurlExchange> prepare(const Request& request, const std::string& trust,
                                              const std::string& resolved);
    CurlExchange(const CurlExchange&) = delete;
    CurlExchange& operator=(const CurlExchange&) = delete;
    CurlExchange(CurlExchange&& other) noexcept;
    CurlExchange& operator=(CurlExchange&&) = delete;
    ~CurlExchange();

    /// libcurl's CURL*.
    void* easy() const;

    /// To be sent as a stream of the connection that another request is making.
    void wait_for_connection();

    /// Of its answer.
    ServerTurns::Version version() const;

    /// What came of it, for libcurl's CURLcode. Fails as `Client::send` does.
    base::Result<Response> finish(int code);

  private:
    struct State;
    explicit CurlExchange(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace http
