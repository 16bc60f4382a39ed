#pragma once

#include "async/task.h"
#include "http/client.h"

namespace test {

/// A server that answers at once.
class InstantHttp : public http::Client {
  public:
    virtual base::Result<http::Response> reply(const http::Request& request) = 0;

    async::Task<base::Result<http::Response>> send(http::Request request) final {
        co_return reply(request);
    }
};

}  // namespace test
