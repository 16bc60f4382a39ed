#include "http/curl_probe.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "async/all.h"
#include "crypto/certificate.h"
#include "support/certificate_maker.h"
#include "support/real_loop.h"
#include "tls_server.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;
using test::RawServer;

namespace {

constexpr milliseconds kEnough{10'000};
constexpr milliseconds kShort{150};

/// Two names on one server, as nginx has them.
struct Site {
    crypto::PrivateKey usual_key = test::make_key();
    crypto::PrivateKey shop_key = test::make_key();
    // Self-signed, expired and for other names: the probe must show them all the same.
    std::string usual = test::make_certificate({.common_name = "usual",
                                                .not_before = base::from_unix(1'000'000'000),
                                                .not_after = base::from_unix(1'000'000'001)},
                                               usual_key);
    std::string shop = test::make_certificate({.common_name = "shop"}, shop_key);
    std::string asked;

    RawServer::Serve serve() {
        return test::serve_tls({usual, &usual_key}, "shop.test", {shop, &shop_key}, asked);
    }
};

std::string fingerprint_of(const std::string& pem) {
    return crypto::Certificate::parse_pem(pem).value().fingerprint();
}

http::CurlProbe& probe() {
    static const http::CurlRuntime runtime;
    static http::CurlProbe probe{runtime, test::real_loop()};
    return probe;
}

base::Result<std::string> fetch_served_certificate(std::string address, std::uint16_t port,
                                                   std::string server_name, milliseconds deadline) {
    return test::run(probe().fetch(std::move(address), port, std::move(server_name), deadline));
}

using Shown = std::vector<base::Result<std::string>>;

/// Asks the servers at these ports side by side.
async::Task<Shown> fetch_all(std::vector<std::uint16_t> ports, milliseconds deadline) {
    std::vector<async::Task<base::Result<std::string>>> tasks;
    tasks.reserve(ports.size());
    for (const std::uint16_t port : ports)
        tasks.push_back(probe().fetch("127.0.0.1", port, "shop.test", deadline));
    Shown shown = co_await async::all(std::move(tasks));
    co_return shown;
}

/// Waits for bytes or the end of the stream; which of them does not matter.
void read_something(int fd) {
    std::array<char, 1024> buffer{};
    while (::read(fd, buffer.data(), buffer.size()) < 0 && errno == EINTR) {
    }
}

}  // namespace

TEST_CASE("the probe tells the certificate that SNI selects", "[http][network]") {
    Site site;
    const RawServer server{"127.0.0.1", site.serve()};
    const auto shop = fetch_served_certificate("127.0.0.1", server.port(), "shop.test", kEnough);
    REQUIRE(shop);
    CHECK(fingerprint_of(*shop) == fingerprint_of(site.shop));
    const auto other = fetch_served_certificate("127.0.0.1", server.port(), "blog.test", kEnough);
    REQUIRE(other);
    CHECK(fingerprint_of(*other) == fingerprint_of(site.usual));
    CHECK(site.asked == "blog.test");
}

TEST_CASE("the probe sends no SNI for an IP address", "[http][network][rfc6066-3]") {
    Site site;
    const RawServer server{"127.0.0.1", site.serve()};
    CHECK(fetch_served_certificate("127.0.0.1", server.port(), "192.0.2.7", kEnough));
    CHECK(site.asked == "(none)");
}

TEST_CASE("a server that speaks an old TLS only shows its certificate all the same",
          "[http][network]") {
    const Site site;
    const RawServer server{"127.0.0.1", test::serve_old_tls({site.shop, &site.shop_key})};
    const auto shop = fetch_served_certificate("127.0.0.1", server.port(), "shop.test", kEnough);
    REQUIRE(shop);
    CHECK(fingerprint_of(*shop) == fingerprint_of(site.shop));
}

TEST_CASE("the probe speaks IPv6", "[http][network]") {
    Site site;
    const RawServer server{"::1", site.serve()};
    const auto shop = fetch_served_certificate("::1", server.port(), "shop.test", kEnough);
    REQUIRE(shop);
    CHECK(fingerprint_of(*shop) == fingerprint_of(site.shop));
}

TEST_CASE("a port without a listener is a network error that names it", "[http][network]") {
    std::uint16_t port = 0;
    {
        const RawServer gone{"127.0.0.1", [](int) {}};
        port = gone.port();
    }
    const auto answer = fetch_served_certificate("127.0.0.1", port, "shop.test", kEnough);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::network);
    CHECK_THAT(answer.error().message, ContainsSubstring("127.0.0.1:" + std::to_string(port)) &&
                                           ContainsSubstring("refused"));
}

TEST_CASE("a server that says nothing ends at the deadline", "[http][network]") {
    std::array<int, 2> hold{};
    REQUIRE(::pipe(hold.data()) == 0);
    {
        const RawServer silent{"127.0.0.1", [&](int) { read_something(hold[0]); }};
        const auto start = std::chrono::steady_clock::now();
        const auto answer =
            fetch_served_certificate("127.0.0.1", silent.port(), "shop.test", kShort);
        const auto took = std::chrono::steady_clock::now() - start;
        ::close(hold[1]);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().kind == ErrorKind::timeout);
        CHECK_THAT(answer.error().message, ContainsSubstring("in time"));
        CHECK(took >= kShort);
        CHECK(took < std::chrono::seconds{5});
    }
    ::close(hold[0]);
}

TEST_CASE("a server that trickles bytes ends at the deadline too", "[http][network]") {
    // The start of a TLS record whose rest comes one byte at a time.
    const RawServer slow{"127.0.0.1", [](int connection) {
                             read_something(connection);
                             const std::string start{"\x16\x03\x03\x40\x00", 5};
                             if (::send(connection, start.data(), start.size(), MSG_NOSIGNAL) < 0)
                                 return;
                             while (::send(connection, "x", 1, MSG_NOSIGNAL) == 1)
                                 std::this_thread::sleep_for(milliseconds{10});
                         }};
    const auto answer = fetch_served_certificate("127.0.0.1", slow.port(), "shop.test", kShort);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::timeout);
}

TEST_CASE("a server that hangs up is a network error, not a signal", "[http][network]") {
    const RawServer rude{"127.0.0.1", [](int) {}};
    for (int i = 0; i < 20; ++i) {
        const auto answer =
            fetch_served_certificate("127.0.0.1", rude.port(), "shop.test", kEnough);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().kind == ErrorKind::network);
    }
}

TEST_CASE("a server that does not speak TLS is a network error", "[http][network]") {
    const RawServer plain{
        "127.0.0.1", [](int connection) {
            read_something(connection);
            const std::string page = "HTTP/1.1 400 Bad Request\r\n\r\n";
            static_cast<void>(::send(connection, page.data(), page.size(), MSG_NOSIGNAL));
        }};
    const auto answer = fetch_served_certificate("127.0.0.1", plain.port(), "shop.test", kEnough);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::network);
    CHECK_THAT(answer.error().message, ContainsSubstring("handshake"));
}

TEST_CASE("the probe takes IP addresses only, so it never asks DNS", "[http]") {
    for (const char* address : {"localhost", "", "127.0.0.1 ", "127.0.0.1:443", "[::1]"}) {
        CAPTURE(address);
        const auto answer = fetch_served_certificate(address, 443, "shop.test", kShort);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().kind == ErrorKind::invalid_input);
    }
}

TEST_CASE("each look shows what the server shows now", "[http][network]") {
    const Site site;
    std::string asked;
    test::Served now{site.usual, &site.usual_key};
    const RawServer server{
        "127.0.0.1", [&](int connection) { test::serve_tls(now, "", now, asked)(connection); }};
    const auto before = fetch_served_certificate("127.0.0.1", server.port(), "shop.test", kEnough);
    REQUIRE(before);
    CHECK(fingerprint_of(*before) == fingerprint_of(site.usual));
    now = {site.shop, &site.shop_key};
    const auto after = fetch_served_certificate("127.0.0.1", server.port(), "shop.test", kEnough);
    REQUIRE(after);
    CHECK(fingerprint_of(*after) == fingerprint_of(site.shop));
}

TEST_CASE("servers that say nothing hold up no other, nor each other", "[http][network]") {
    std::array<int, 2> hold{};
    REQUIRE(::pipe(hold.data()) == 0);
    Site site;
    {
        const RawServer silent{"127.0.0.1", [&](int) { read_something(hold[0]); }};
        const RawServer server{"127.0.0.1", site.serve()};
        const auto start = std::chrono::steady_clock::now();
        const auto shown = test::run(
            fetch_all({silent.port(), silent.port(), silent.port(), silent.port(), server.port()},
                      milliseconds{500}));
        CHECK(std::chrono::steady_clock::now() - start < milliseconds{1500});
        ::close(hold[1]);
        for (int i = 0; i < 4; ++i)
            CHECK_FALSE(shown.at(static_cast<std::size_t>(i)));
        REQUIRE(shown.at(4));
        CHECK(fingerprint_of(*shown.at(4)) == fingerprint_of(site.shop));
    }
    ::close(hold[0]);
}
