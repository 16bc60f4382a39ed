#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task.h"
#include "base/result.h"

namespace http {

enum class Method { get, head, post };

/// What one exchange may cost. A limit that is passed ends it with `timeout` or `network`.
struct Limits {
    std::chrono::milliseconds connect{std::chrono::seconds{10}};
    std::chrono::milliseconds total{std::chrono::seconds{60}};
    std::chrono::milliseconds stall{std::chrono::seconds{20}};  ///< no byte for that long
    std::size_t body_bytes = 1UL << 20U;
};

enum class Scheme {
    https_only,  ///< what ACME needs; no redirects are followed
    http_only,   ///< the self-fetch of a challenge; no redirects are followed
};

struct Request {
    Method method = Method::get;
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    Scheme scheme = Scheme::https_only;
    Limits limits;
    /// Connect to this IP address instead of resolving the URL's host; the Host header and SNI keep
    /// the URL's name.
    std::string connect_to;
};

struct Response {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
    std::string body;

    /// The first header of that name (lower case).
    std::optional<std::string_view> header(std::string_view name) const;

    /// Every value of that header, in order.
    std::vector<std::string_view> header_values(std::string_view name) const;
};

/// Exchanges side by side; connections are kept alive between them.
class Client {
  public:
    Client() = default;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    Client(Client&&) = delete;
    Client& operator=(Client&&) = delete;
    virtual ~Client() = default;

    /// An HTTP answer of any status is a value. `network` or `timeout` if there was none; the
    /// message names the URL's host and the reason. `invalid_input` for a URL the scheme forbids.
    virtual async::Task<base::Result<Response>> send(Request request) = 0;
};

}  // namespace http
