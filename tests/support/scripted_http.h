#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "http/client.h"
#include "support/instant_http.h"

namespace test {

/// A request as the code under test sent it, its JWS taken apart.
struct SentRequest {
    http::Request request;
    std::string protected_header;  ///< JSON; empty if the body is no JWS
    std::string payload;
    std::string signature;  ///< raw bytes

    std::string header(const std::string& name) const;
    /// A string member of the protected header, empty if it is not there.
    std::string protected_member(const std::string& name) const;
};

/// Without a JWS nothing but the request itself.
SentRequest take_apart(const http::Request& request);

/// Plays the answers of a server in their order. A request that is not the next one of the script
/// throws, which fails the test.
class ScriptedHttp final : public InstantHttp {
  public:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    /// The answer brings a nonce `nonce1`, `nonce2`, ... unless `headers` has a replay-nonce; an
    /// empty one there means none. JSON bodies are sent as such, a problem document if the status
    /// says so, unless `headers` has a content-type.
    ScriptedHttp& answer(http::Method method, std::string url, int status, std::string body,
                         Headers headers = {});
    ScriptedHttp& post(std::string url, int status, std::string body, Headers headers = {});

    /// No answer at all.
    ScriptedHttp& lose(http::Method method, std::string url,
                       base::ErrorKind kind = base::ErrorKind::network);

    base::Result<http::Response> reply(const http::Request& request) override;

    const std::vector<SentRequest>& sent() const { return sent_; }
    const SentRequest& last() const { return sent_.back(); }
    std::size_t left() const { return script_.size(); }

  private:
    struct Exchange {
        http::Method method;
        std::string url;
        base::Result<http::Response> answer;
    };

    std::deque<Exchange> script_;
    std::vector<SentRequest> sent_;
    int nonces_ = 0;
};

}  // namespace test
