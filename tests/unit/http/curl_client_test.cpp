#include "http/curl_client.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "async/epoll_loop.h"
#include "base/clock.h"
#include "support/curl_bench.h"
#include "support/loopback_server.h"
#include "support/temp_dir.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using test::Alone;
using test::http_answer;
using test::LoopbackServer;
using test::Reply;
using Transport = LoopbackServer::Transport;

namespace {

/// A server and a client that trusts it.
struct Bench {
    explicit Bench(LoopbackServer::Handler handler)
        : server(Transport::tls, std::move(handler)),
          origin("https://localhost:" + server.port_text()) {
        const std::string root = folder / "root.pem";
        std::ofstream(root) << server.certificate_pem();
        auto opened = http::CurlClient::open(runtime, loop, {{root}});
        REQUIRE(opened);
        client = std::move(*opened);
    }

    http::Request post(std::string body) const {
        http::Request request;
        request.method = http::Method::post;
        request.url = origin + "/post";
        request.headers = {{"Content-Type", "application/jose+json"}};
        request.body = std::move(body);
        return request;
    }
    http::Request get() const {
        http::Request request;
        request.url = origin + "/get";
        return request;
    }

    base::Result<http::Response> send(http::Request request) {
        return loop.run(client->send(std::move(request)));
    }

    test::TempDir folder;
    LoopbackServer server;
    std::string origin;
    base::SystemClock clock;
    async::EpollLoop loop{clock};
    http::CurlRuntime runtime;
    std::unique_ptr<http::CurlClient> client;
};

Reply say_ok(const std::string& /*request*/) {
    return {.bytes = http_answer(200, "ok", "X-One:  1 \r\nx-one: 2\r\n")};
}

}  // namespace

TEST_CASE("requests share one connection and carry name and version", "[http][rfc8555-6.1]") {
    Bench bench(say_ok);
    const auto first = bench.send(bench.get());
    REQUIRE(first);
    CHECK(first->status == 200);
    CHECK(first->body == "ok");
    CHECK(first->header_values("x-one") == std::vector<std::string_view>{"1", "2"});
    const auto second = bench.send(bench.post("{}"));
    REQUIRE(second);
    auto head = bench.get();
    head.method = http::Method::head;
    REQUIRE(bench.send(head));
    CHECK(bench.server.connections() == 1);
    const auto requests = bench.server.requests();
    REQUIRE(requests.size() == 3);
    CHECK_THAT(requests[0], StartsWith("GET /get HTTP/1.1\r\n") &&
                                ContainsSubstring("\r\nUser-Agent: dokku-letsencrypt/1."));
    CHECK_THAT(requests[1], StartsWith("POST /post HTTP/1.1\r\n") &&
                                ContainsSubstring("\r\nUser-Agent: dokku-letsencrypt/1.") &&
                                ContainsSubstring("\r\nContent-Type: application/jose+json\r\n") &&
                                Catch::Matchers::EndsWith("\r\n\r\n{}"));
    CHECK_THAT(requests[2], StartsWith("HEAD /get "));
}

TEST_CASE("an answer of any status is a value, and redirects are not followed", "[http]") {
    Bench bench([](const std::string&) -> Reply {
        return {.bytes = http_answer(302, "", "Location: /elsewhere\r\n")};
    });
    const auto answer = bench.send(bench.get());
    REQUIRE(answer);
    CHECK(answer->status == 302);
    CHECK(answer->header("location") == "/elsewhere");
    CHECK(bench.server.requests().size() == 1);
}

TEST_CASE("what an interim answer says is not in the answer", "[http][rfc8297-2]") {
    Bench bench([](const std::string&) -> Reply {
        return {.bytes = "HTTP/1.1 103 Early Hints\r\nLink: </early>;rel=up\r\n\r\n" +
                         http_answer(200, "ok", "Link: </late>;rel=up\r\nEmpty:\r\n")};
    });
    const auto answer = bench.send(bench.get());
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->header_values("link") == std::vector<std::string_view>{"</late>;rel=up"});
    CHECK(answer->header("empty") == "");
}

TEST_CASE("a POST whose answer is lost is not sent again on its own", "[http][rfc8555-6.5]") {
    int count = 0;
    Bench bench([&count](const std::string&) -> Reply {
        if (++count == 2) return {.bytes = "", .close = true};
        return {.bytes = http_answer(200, "ok")};
    });
    REQUIRE(bench.send(bench.post("one")));
    const auto lost = bench.send(bench.post("two"));
    REQUIRE_FALSE(lost);
    CHECK(lost.error().kind == ErrorKind::network);
    CHECK_THAT(lost.error().message, StartsWith("localhost: "));
    REQUIRE(bench.send(bench.post("three")));
    CHECK(bench.server.requests().size() == 3);
}

TEST_CASE("a body or header over the limit ends the exchange", "[http]") {
    Bench bench([](const std::string& request) -> Reply {
        if (request.starts_with("POST")) {
            return {.bytes = http_answer(200, "", "X: " + std::string(70000, 'x') + "\r\n")};
        }
        return {.bytes = http_answer(200, std::string(1001, 'x'))};
    });
    auto request = bench.get();
    request.limits.body_bytes = 1000;
    const auto refused = bench.send(request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::network);
    CHECK_THAT(refused.error().message, ContainsSubstring("larger than 1000 bytes"));
    request.limits.body_bytes = 1001;
    const auto taken = bench.send(request);
    REQUIRE(taken);
    CHECK(taken->body.size() == 1001);
    const auto header = bench.send(bench.post(""));
    REQUIRE_FALSE(header);
    CHECK(header.error().kind == ErrorKind::network);
}

TEST_CASE("bytes that are no HTTP are a failure of the network", "[http]") {
    const std::string bytes = GENERATE("SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x01", "{}");
    CAPTURE(bytes);
    Bench bench([&](const std::string&) -> Reply { return {.bytes = bytes, .close = true}; });
    const auto answer = bench.send(bench.get());
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::network);
    CHECK_THAT(answer.error().message, StartsWith("localhost: the answer is not HTTP"));
}

TEST_CASE("silence and slowness end in a timeout", "[http]") {
    using namespace std::chrono_literals;
    Bench bench([](const std::string&) -> Reply {
        return {
            .bytes = "HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\nab", .close = true, .hold = 10s};
    });
    auto request = bench.get();
    const auto start = std::chrono::steady_clock::now();
    SECTION("as a whole") {
        request.limits.total = 200ms;
    }
    SECTION("without a byte for a while") {
        request.limits.stall = 1s;
    }
    const auto answer = bench.send(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::timeout);
    CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE("a certificate of an unknown CA is refused, and the way out is named", "[http]") {
    Bench bench(say_ok);
    const auto stranger = http::CurlClient::open(bench.runtime, bench.loop);
    REQUIRE(stranger);
    const auto answer = bench.loop.run((*stranger)->send(bench.get()));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::network);
    CHECK_THAT(answer.error().message, StartsWith("localhost: its TLS certificate is not trusted"));
    REQUIRE(answer.error().steps.size() == 1);
    CHECK_THAT(answer.error().steps[0], ContainsSubstring("LEGO_CA_CERTIFICATES"));
    CHECK(bench.server.requests().empty());
}

TEST_CASE("a certificate for another name is refused", "[http]") {
    Bench bench(say_ok);
    auto request = bench.get();
    request.url = "https://ca.example:" + bench.server.port_text() + "/";
    request.connect_to = "127.0.0.1";
    const auto answer = bench.send(request);
    REQUIRE_FALSE(answer);
    CHECK_THAT(answer.error().message,
               StartsWith("ca.example: its TLS certificate is not trusted"));
    CHECK_THAT(answer.error().message, ContainsSubstring("name"));
    CHECK(answer.error().steps.empty());  // another root would not help
    CHECK(bench.server.requests().empty());
}

TEST_CASE("a self-fetch goes to the given address, by no proxy", "[http]") {
    LoopbackServer server(Transport::plain, say_ok);
    Alone alone;
    http::Request request;
    request.scheme = http::Scheme::http_only;
    request.url = "http://app.example:" + server.port_text() + "/.well-known/acme-challenge/x";
    request.connect_to = "127.0.0.1";
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    const auto answer = alone.send(request);
    ::unsetenv("http_proxy");
    REQUIRE(answer);
    CHECK(answer->body == "ok");
    REQUIRE(server.requests().size() == 1);
    CHECK_THAT(server.requests()[0],
               ContainsSubstring("\r\nHost: app.example:" + server.port_text() + "\r\n"));
}

TEST_CASE("a URL of the other scheme is refused before anything is sent", "[http]") {
    LoopbackServer server(Transport::plain, say_ok);
    Alone alone;
    http::Request request;
    request.url = "http://127.0.0.1:" + server.port_text() + "/";
    const auto plain = alone.send(request);
    REQUIRE_FALSE(plain);
    CHECK(plain.error().kind == ErrorKind::invalid_input);
    CHECK_THAT(plain.error().message, ContainsSubstring("not an https URL"));
    request.scheme = http::Scheme::http_only;
    request.url = "https://127.0.0.1:" + server.port_text() + "/";
    const auto secure = alone.send(request);
    REQUIRE_FALSE(secure);
    CHECK(secure.error().kind == ErrorKind::invalid_input);
    CHECK(server.connections() == 0);
}

TEST_CASE("nobody at the door is a network failure that names the host", "[http]") {
    Alone alone;
    http::Request request;
    request.url = "https://127.0.0.1:1/";
    const auto answer = alone.send(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::network);
    CHECK_THAT(answer.error().message, StartsWith("127.0.0.1: "));
}

TEST_CASE("a trust store that cannot be read is told at once", "[http]") {
    base::SystemClock clock;
    async::EpollLoop loop{clock};
    const http::CurlRuntime runtime;
    const auto client = http::CurlClient::open(runtime, loop, {{"/nowhere/root.pem"}});
    REQUIRE_FALSE(client);
    CHECK(client.error().kind == ErrorKind::invalid_input);
    CHECK_THAT(client.error().message, ContainsSubstring("/nowhere/root.pem"));
}
