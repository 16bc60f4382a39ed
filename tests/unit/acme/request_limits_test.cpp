#include "acme/request_limits.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "async/all.h"
#include "async/deadline.h"
#include "support/slow_ca.h"

using namespace std::chrono_literals;
using test::at_ca;
using test::SlowStory;

namespace {

template <class T>
async::Task<std::vector<T>> side_by_side(std::vector<async::Task<T>> tasks) {
    auto results = co_await async::all(std::move(tasks));
    co_return results;
}

async::Task<bool> asks_time_within(acme::Client& client, std::chrono::milliseconds patience) {
    auto first = client.ask_time();
    const bool ended = co_await async::with_deadline(std::move(first), patience);
    co_return ended;
}

async::Task<bool> ask_time(acme::Client& client) {
    co_await client.ask_time();
    co_return client.clock_ahead().has_value();
}

}  // namespace

TEST_CASE("a request takes the nonce that another one brings back where newNonce has to wait",
          "[acme]") {
    SlowStory story;
    story.ca.instead = [](const std::string& path) -> http::Response {
        return path == "/new-nonce" ? http::Response{} : http::Response{200, {}, "{}"};
    };
    std::vector<async::Task<acme::Outcome<http::Response>>> requests;
    requests.reserve(16);
    for (int i = 0; i < 16; ++i)
        requests.push_back(story.client.post(at_ca("/a"), "{}"));
    for (const auto& answer : story.loop.run(side_by_side(std::move(requests))))
        CHECK(answer);
    CHECK(story.ca.new_nonces.size() == 10);
    CHECK(story.clock.passed() == 3 * test::SlowCa::kAnswer);  // newNonce, ten, the other six
    CHECK(story.client.nonces().size() == 10);
}

TEST_CASE("those that ask for the time at once ask once", "[acme]") {
    SlowStory story;
    story.ca.instead = [](const std::string&) -> http::Response {
        return {200, {{"date", "Sun, 06 Nov 1994 08:49:37 GMT"}}, ""};
    };
    std::vector<async::Task<bool>> asking;
    asking.push_back(ask_time(story.client));
    asking.push_back(ask_time(story.client));
    for (const bool is_known : story.loop.run(side_by_side(std::move(asking))))
        CHECK(is_known);
    CHECK(story.ca.new_nonces.size() == 1);
    CHECK(story.clock.passed() == test::SlowCa::kAnswer);
}

TEST_CASE("one that stops asking for the time leaves it to the next", "[acme]") {
    SlowStory story;
    CHECK_FALSE(story.loop.run(asks_time_within(story.client, 20ms)));
    CHECK(story.loop.run(asks_time_within(story.client, 1s)));
    CHECK(story.ca.new_nonces.size() == 2);
}
