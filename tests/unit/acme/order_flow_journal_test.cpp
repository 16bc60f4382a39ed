// What an order tells the run that it belongs to, and what that says to it.
#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "acme/order_flow.h"
#include "support/order_story.h"
#include "support/slow_ca.h"

using namespace std::chrono_literals;
using base::ErrorKind;
using test::at_ca;
using test::authorization_json;
using test::order_json;
using test::OrderStory;
using test::valid_order;

namespace {

void check_is_journals(const acme::Failure& failure, ErrorKind kind) {
    CHECK(failure.error.kind == kind);
    CHECK(failure.request == acme::RequestKind::none);
    CHECK(failure.url.empty());
    CHECK(failure.status == 0);
}

}  // namespace

TEST_CASE("an order that cannot be kept is not gone on with", "[acme]") {
    OrderStory story;
    story.journal.keeps = base::fail(ErrorKind::io, "the disk is full");
    story.new_order(order_json("pending"));
    const auto end = story.run();
    REQUIRE_FALSE(end);
    check_is_journals(end.error(), ErrorKind::io);
    CHECK(story.http.left() == 0);
    CHECK(story.order_url == at_ca("/order/1"));
}

TEST_CASE("an order is told of also where the CA's answer is of no other use", "[acme]") {
    OrderStory story;
    story.new_order(R"({"status":"pending"})");
    const auto end = story.run();
    REQUIRE_FALSE(end);
    CHECK(end.error().error.kind == ErrorKind::protocol);
    CHECK(story.journal.orders == std::vector{at_ca("/order/1")});
}

TEST_CASE("an order that is resumed is not told of", "[acme]") {
    OrderStory story;
    story.plan.order_url = at_ca("/order/1");
    story.ok("/order/1", valid_order()).certificate();
    REQUIRE(story.run());
    CHECK(story.journal.orders.empty());
}

TEST_CASE("challenges that cannot be made answerable are not started", "[acme]") {
    OrderStory story;
    story.journal.presents = acme::fail(ErrorKind::timeout, "no record was seen", "");
    story.new_order(order_json("pending")).ok("/authz/0", authorization_json("a.example"));
    const auto end = story.run();
    REQUIRE_FALSE(end);
    check_is_journals(end.error(), ErrorKind::timeout);
    CHECK(story.http.left() == 0);
}

TEST_CASE("the time in which challenges are made answerable is not the CA's", "[acme]") {
    OrderStory story;
    story.journal.takes = 6min;
    story.started()
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", valid_order())
        .certificate();
    REQUIRE(story.run());
    CHECK(story.clock.passed() == 6min + 250ms);
}

TEST_CASE("an order that may not go on ends before its next request or wait", "[acme]") {
    OrderStory story;
    int steps = GENERATE(Catch::Generators::range(0, 8));
    CAPTURE(steps);
    story.started()
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", valid_order())
        .certificate();
    story.journal.lets_go_on = [&] { return steps-- > 0; };
    const auto end = story.run();
    REQUIRE_FALSE(end);
    check_is_journals(end.error(), ErrorKind::rejected);
    CHECK(end.error().error.message == "the app is gone");
    CHECK(story.http.left() > 0);
}

TEST_CASE("that an order may not go on weighs more than what answers under way say", "[acme]") {
    test::SlowStory story;
    story.ca.instead = [](const std::string& path) -> http::Response {
        if (path.find("/authz/") != std::string::npos) return {403, {}, "{}"};
        return {};
    };
    int steps = 2;  // newOrder and the first authorization
    story.journal.lets_go_on = [&] { return steps-- > 0; };
    acme::OrderFlow flow{story.client, story.plan({"a.example", "b.example"}), story.journal};
    const auto end = story.loop.run(flow.run());
    REQUIRE_FALSE(end);
    check_is_journals(end.error(), ErrorKind::rejected);
}
