#pragma once

#include <memory>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "async/epoll_loop.h"
#include "base/clock.h"
#include "http/curl_client.h"
#include "support/loopback_server.h"

namespace test {

/// A client of servers that need no trust.
struct Alone {
    explicit Alone(const http::Connections& connections = {}) {
        auto opened = http::CurlClient::open(runtime, loop, {}, connections);
        REQUIRE(opened);
        client = std::move(*opened);
    }

    base::Result<http::Response> send(http::Request request) {
        return loop.run(client->send(std::move(request)));
    }

    base::SystemClock clock;
    async::EpollLoop loop{clock};
    http::CurlRuntime runtime;
    std::unique_ptr<http::CurlClient> client;
};

inline http::Request plain_get(const std::string& host, const LoopbackServer& server) {
    http::Request request;
    request.scheme = http::Scheme::http_only;
    request.url = "http://" + host + ":" + server.port_text() + "/";
    return request;
}

}  // namespace test
