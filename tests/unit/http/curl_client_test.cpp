#include "http/curl_client.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "async/all.h"
#include "async/deadline.h"
#include "async/epoll_loop.h"
#include "async/sleep.h"
#include "base/clock.h"
#include "support/loopback_server.h"
#include "support/temp_dir.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
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

http::Request plain_get(const std::string& host, const LoopbackServer& server) {
    http::Request request;
    request.scheme = http::Scheme::http_only;
    request.url = "http://" + host + ":" + server.port_text() + "/";
    return request;
}

/// Says where a host is, after a while or never.
class FakeLookup final : public http::HostLookup {
  public:
    using Texts = std::vector<std::string>;
    using Addresses = base::Result<Texts>;

    explicit FakeLookup(std::chrono::milliseconds pause, Addresses addresses = Texts{})
        : pause_(pause), addresses_(std::move(addresses)) {}

    async::Task<Addresses> find(std::string host) override {
        asked.push_back(std::move(host));
        co_await async::sleep_for(pause_);
        co_return addresses_;
    }

    std::vector<std::string> asked;

  private:
    std::chrono::milliseconds pause_;
    Addresses addresses_;
};

using Answers = std::vector<base::Result<http::Response>>;

async::Task<Answers> send_all(http::Client& client, std::vector<http::Request> requests) {
    std::vector<async::Task<base::Result<http::Response>>> tasks;
    tasks.reserve(requests.size());
    for (http::Request& request : requests)
        tasks.push_back(client.send(std::move(request)));
    Answers answers = co_await async::all(std::move(tasks));
    co_return answers;
}

async::Task<bool> ends_within(http::Client& client, http::Request request,
                              std::chrono::milliseconds most) {
    auto sending = client.send(std::move(request));
    const auto answer = co_await async::with_deadline(std::move(sending), most);
    co_return answer.has_value();
}

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

TEST_CASE("requests to hosts that answer slowly wait side by side", "[http]") {
    using namespace std::chrono_literals;
    const auto slow = [](const std::string&) -> Reply {
        return {.bytes = http_answer(200, "ok"), .hold = 300ms};
    };
    LoopbackServer one(Transport::plain, slow);
    LoopbackServer two(Transport::plain, slow);
    LoopbackServer three(Transport::plain, slow);
    Alone alone;
    const auto start = std::chrono::steady_clock::now();
    const auto answers = alone.loop.run(send_all(
        *alone.client,
        {plain_get("127.0.0.1", one), plain_get("127.0.0.1", two), plain_get("127.0.0.1", three)}));
    for (const auto& answer : answers) {
        REQUIRE(answer);
        CHECK(answer->body == "ok");
    }
    CHECK(std::chrono::steady_clock::now() - start < 800ms);
}

TEST_CASE("many requests to one address that is silent wait side by side", "[http]") {
    using namespace std::chrono_literals;
    LoopbackServer silent(Transport::plain, [](const std::string&) -> Reply {
        return {.bytes = "", .close = true, .hold = 10s};
    });
    Alone alone{{.takes_turns = false}};
    std::vector<http::Request> requests;
    for (int i = 0; i < 6; ++i) {
        requests.push_back(plain_get("n" + std::to_string(i) + ".example", silent));
        requests.back().connect_to = "127.0.0.1";
        requests.back().limits.total = 500ms;
    }
    const auto start = std::chrono::steady_clock::now();
    const auto answers = alone.loop.run(send_all(*alone.client, requests));
    CHECK(std::chrono::steady_clock::now() - start < 1500ms);
    for (const auto& answer : answers) {
        REQUIRE_FALSE(answer);
        CHECK(answer.error().kind == ErrorKind::timeout);
        CHECK_THAT(answer.error().message, ContainsSubstring("with 0 bytes received"));
    }
}

TEST_CASE("over HTTP/1.1 a server gets one request alone, then six at a time", "[http]") {
    using namespace std::chrono_literals;
    std::atomic<int> at_once = 0;
    std::vector<int> seen;
    std::mutex mutex;
    LoopbackServer server(Transport::plain, [&](const std::string&) -> Reply {
        {
            const int now = ++at_once;
            const std::lock_guard lock(mutex);
            seen.push_back(now);
        }
        std::this_thread::sleep_for(100ms);
        --at_once;
        return {.bytes = http_answer(200, "ok")};
    });
    Alone alone;
    const std::vector<http::Request> requests(13, plain_get("127.0.0.1", server));
    for (const auto& answer : alone.loop.run(send_all(*alone.client, requests)))
        CHECK(answer);
    REQUIRE(seen.size() == 13);
    CHECK(seen[0] == 1);
    CHECK(seen[1] == 1);  // after the first one's end
    CHECK(*std::max_element(seen.begin(), seen.end()) == 6);
}

TEST_CASE("those that wait for the first answer are not held up where none comes", "[http]") {
    using namespace std::chrono_literals;
    LoopbackServer silent(Transport::plain, [](const std::string&) -> Reply {
        return {.bytes = "", .close = true, .hold = 10s};
    });
    Alone alone;
    std::vector<http::Request> requests(8, plain_get("127.0.0.1", silent));
    for (http::Request& request : requests)
        request.limits.total = 400ms;
    const auto start = std::chrono::steady_clock::now();
    for (const auto& answer : alone.loop.run(send_all(*alone.client, requests))) {
        REQUIRE_FALSE(answer);
        CHECK(answer.error().kind == ErrorKind::timeout);
        CHECK_THAT(answer.error().message, ContainsSubstring("with 0 bytes received"));
    }
    CHECK(std::chrono::steady_clock::now() - start < 2s);
}

TEST_CASE("a request that is given up is over at once, and the next one works", "[http]") {
    using namespace std::chrono_literals;
    LoopbackServer silent(Transport::plain, [](const std::string&) -> Reply {
        return {.bytes = "", .close = true, .hold = 10s};
    });
    LoopbackServer server(Transport::plain, say_ok);
    Alone alone;
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(alone.loop.run(ends_within(*alone.client, plain_get("127.0.0.1", silent), 100ms)));
    CHECK(std::chrono::steady_clock::now() - start < 2s);
    CHECK(alone.send(plain_get("127.0.0.1", server)));
}

TEST_CASE("a host is looked up on the loop, and its addresses are tried in turn", "[http]") {
    using namespace std::chrono_literals;
    LoopbackServer server(Transport::plain, say_ok);
    FakeLookup lookup{10ms, FakeLookup::Texts{"127.0.0.9", "127.0.0.1"}};
    Alone alone{{.lookup = &lookup}};
    const auto answer = alone.send(plain_get("shop.example", server));
    REQUIRE(answer);
    CHECK(answer->body == "ok");
    CHECK(alone.send(plain_get("shop.example", server)));
    CHECK(lookup.asked == std::vector<std::string>{"shop.example"});  // not again within a minute
    REQUIRE(server.requests().size() == 2);
    CHECK_THAT(server.requests()[0], ContainsSubstring("\r\nHost: shop.example:"));
}

TEST_CASE("no lookup for what needs none", "[http]") {
    using namespace std::chrono_literals;
    LoopbackServer server(Transport::plain, say_ok);
    FakeLookup lookup{0ms, base::Error{ErrorKind::network, "asked", {}, {}}};
    Alone alone{{.lookup = &lookup}};
    CHECK(alone.send(plain_get("127.0.0.1", server)));
    auto request = plain_get("shop.example", server);
    request.connect_to = "127.0.0.1";
    CHECK(alone.send(request));
    CHECK(lookup.asked.empty());
    // The proxy would find it.
    ::setenv("http_proxy", ("http://127.0.0.1:" + server.port_text()).c_str(), 1);
    const auto proxied = alone.send(plain_get("shop.example", server));
    ::unsetenv("http_proxy");
    CHECK(proxied);
    CHECK(lookup.asked.empty());
}

TEST_CASE("a lookup without an end, or without an answer, is a failure that names the host",
          "[http]") {
    using namespace std::chrono_literals;
    LoopbackServer server(Transport::plain, say_ok);
    FakeLookup endless{1h};
    Alone patient{{.lookup = &endless}};
    auto request = plain_get("shop.example", server);
    request.limits.connect = 50ms;
    const auto late = patient.send(request);
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == ErrorKind::timeout);
    CHECK(late.error().message == "shop.example: its address was not found within 50 ms");

    FakeLookup broken{0ms, base::Error{ErrorKind::network, "refused", {}, {}}};
    Alone other{{.lookup = &broken}};
    const auto refused = other.send(request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::network);
    CHECK(refused.error().message == "shop.example: refused");
}

TEST_CASE("what files and DNS do not know may be known to the system's resolver", "[http]") {
    using namespace std::chrono_literals;
    LoopbackServer server(Transport::plain, say_ok);
    FakeLookup lookup{0ms, base::Error{ErrorKind::not_found, "no such host", {}, {}}};
    Alone alone{{.lookup = &lookup}};
    CHECK(alone.send(plain_get("localhost", server)));
    CHECK(lookup.asked == std::vector<std::string>{"localhost"});
}
