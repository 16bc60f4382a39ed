#include "http/limited.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/all.h"
#include "async/deadline.h"
#include "async/sleep.h"
#include "http/challenge_fetch.h"
#include "support/fake_clock.h"
#include "support/silent_servers.h"
#include "support/simulated_loop.h"

using namespace std::chrono_literals;

namespace {

constexpr int kPlaces = 32;

/// What fetches this host's own names, of which none answers.
struct Limited {
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
    test::SilentServers servers;
    async::Semaphore places{kPlaces};
    http::LimitedClient client{servers, places};
    http::LimitedProbe probe{servers, places};
};

async::Task<void> send_one(http::Client& client, std::chrono::milliseconds time) {
    http::Request request;
    request.limits.total = time;
    (void)co_await client.send(std::move(request));
}

async::Task<void> probe_one(http::CertificateProbe& probe, std::chrono::milliseconds time) {
    (void)co_await probe.fetch("127.0.0.1", 443, "a.example", time);
}

async::Task<void> fetch_and_probe(Limited& limited, std::size_t fetches, std::size_t probes) {
    std::vector<async::Task<void>> tasks;
    tasks.reserve(fetches + probes);
    for (std::size_t i = 0; i < fetches; ++i)
        tasks.push_back(send_one(limited.client, 2s));
    for (std::size_t i = 0; i < probes; ++i)
        tasks.push_back(probe_one(limited.probe, 2s));
    co_await async::all(std::move(tasks));
}

async::Task<bool> give_up_and_fetch(Limited& limited) {
    auto many = fetch_and_probe(limited, 40, 40);
    const bool ended = co_await async::with_deadline(std::move(many), 1s);
    co_await fetch_and_probe(limited, 32, 0);
    co_return ended;
}

}  // namespace

TEST_CASE("a hundred names of this host that do not answer take four times their deadline",
          "[http][design-4.3]") {
    Limited limited;
    SECTION("fetched") {
        limited.loop.run(fetch_and_probe(limited, 100, 0));
    }
    SECTION("probed") {
        limited.loop.run(fetch_and_probe(limited, 0, 100));
    }
    SECTION("some fetched, some probed") {
        limited.loop.run(fetch_and_probe(limited, 60, 40));
    }
    CHECK(limited.clock.passed() == 4 * 2s);
    CHECK(limited.servers.asked == 100);
    CHECK(limited.servers.most == kPlaces);
}

TEST_CASE("the routes of a hundred names are looked at side by side, 32 at once",
          "[http][design-4.3]") {
    Limited limited;
    std::vector<http::RouteCheck> checks;
    checks.reserve(100);
    for (int i = 0; i < 100; ++i)
        checks.push_back({"n" + std::to_string(i) + ".example", {"127.0.0.1"}, "thumb"});
    const auto findings =
        limited.loop.run(http::check_routes(limited.client, limited.clock, checks, 3s));
    REQUIRE(findings.size() == 100);
    for (const auto& finding : findings)
        CHECK(finding);
    CHECK(limited.clock.passed() == 4 * 2s);
    CHECK(limited.servers.most == kPlaces);
}

TEST_CASE("what is given up gives its place back", "[http][design-4.3]") {
    Limited limited;
    CHECK_FALSE(limited.loop.run(give_up_and_fetch(limited)));
    CHECK(limited.clock.passed() == 1s + 2s);
    CHECK(limited.servers.most >= kPlaces);
}
