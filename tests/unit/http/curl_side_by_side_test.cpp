#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "async/all.h"
#include "async/deadline.h"
#include "async/sleep.h"
#include "http/curl_client.h"
#include "support/curl_bench.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using test::Alone;
using test::http_answer;
using test::LoopbackServer;
using test::plain_get;
using test::Reply;
using Transport = LoopbackServer::Transport;

namespace {

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
    return {.bytes = http_answer(200, "ok")};
}

}  // namespace

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
