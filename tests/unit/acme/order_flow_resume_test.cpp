// After a crash, after answers that got lost: the order is read, never made a second time.
#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "acme/order_flow.h"
#include "support/order_story.h"

using namespace std::chrono_literals;
using base::ErrorKind;
using test::at_ca;
using test::authorization_json;
using test::order_json;
using test::OrderStory;
using test::problem_json;
using test::valid_order;

namespace {

constexpr auto kPage = "<html><h1>502 Bad Gateway</h1></html>";

}  // namespace

TEST_CASE("an order is resumed from any status by its URL", "[acme]") {
    OrderStory story;
    story.plan.order_url = at_ca("/order/1");
    SECTION("pending, nothing started") {
        story.ok("/order/1", order_json("pending"))
            .ok("/authz/0", authorization_json("a.example"))
            .ok("/http/a.example", "{}")
            .ok("/order/1", order_json("ready"))
            .ok("/order/1/finalize", valid_order());
    }
    SECTION("pending, proven in the meantime") {
        story.ok("/order/1", order_json("pending"))
            .ok("/authz/0", authorization_json("a.example", "valid", "valid"))
            .ok("/order/1", order_json("ready"))
            .ok("/order/1/finalize", valid_order());
    }
    SECTION("ready") {
        story.ok("/order/1", order_json("ready")).ok("/order/1/finalize", valid_order());
    }
    SECTION("processing") {
        story.ok("/order/1", order_json("processing")).ok("/order/1", valid_order());
    }
    SECTION("valid") {
        story.ok("/order/1", valid_order());
    }
    story.certificate();
    REQUIRE(story.run());
    CHECK(story.http.left() == 0);
}

TEST_CASE("an order that is gone is a refusal the caller can see, once it was asked for again",
          "[acme]") {
    OrderStory story;
    story.plan.order_url = at_ca("/order/1");
    for (int i = 0; i < 4; ++i)
        story.post("/order/1", 404, problem_json("malformed", "No order for ID"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(story.http.left() == 0);
    CHECK(result.error().error.kind == ErrorKind::rejected);
    CHECK(result.error().status == 404);
    CHECK(result.error().url == at_ca("/order/1"));
}

TEST_CASE("an order or certificate that not every server of the CA knows yet is waited for",
          "[acme]") {
    OrderStory story;
    const auto unknown = problem_json("malformed", "No such thing");
    story.started()
        .post("/order/1", 404, unknown)
        .post("/order/1", 404, unknown)
        .ok("/order/1", order_json("ready"))
        .post("/order/1/finalize", 404, unknown)
        .ok("/order/1", order_json("processing"))
        .ok("/order/1", valid_order())
        .post("/cert/1", 404, "")
        .ok("/order/1", valid_order())
        .certificate();
    REQUIRE(story.run());
    CHECK(story.http.left() == 0);
}

TEST_CASE("an account that the CA does not know is not waited for", "[acme]") {
    OrderStory story;
    story.started().post("/order/1", 404, problem_json("accountDoesNotExist", "No such account"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().is("accountDoesNotExist"));
}

TEST_CASE("an order for other names is not resumed", "[acme]") {
    OrderStory story;
    story.plan.order_url = at_ca("/order/1");
    story.ok("/order/1", order_json("ready", {"b.example"}));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::protocol);
}

TEST_CASE("after a finalize whose answer got lost the order is read", "[acme]") {
    OrderStory story;
    story.started().ok("/order/1", order_json("ready"));
    SECTION("it was carried out") {
        story.lost("/order/1/finalize").ok("/order/1", valid_order());
    }
    SECTION("it is being carried out") {
        story.lost("/order/1/finalize")
            .ok("/order/1", order_json("processing"))
            .ok("/order/1", valid_order());
    }
    SECTION("it never arrived") {
        story.lost("/order/1/finalize")
            .ok("/order/1", order_json("ready"))
            .ok("/order/1/finalize", valid_order());
    }
    SECTION("a machine in between answered") {
        story.post("/order/1/finalize", 502, kPage, {{"content-type", "text/html"}})
            .ok("/order/1", valid_order());
    }
    story.certificate();
    REQUIRE(story.run());
    CHECK(story.http.left() == 0);
}

TEST_CASE("orderNotReady reads the order again", "[acme][rfc8555-7.4]") {
    OrderStory story;
    story.started()
        .ok("/order/1", order_json("ready"))
        .post("/order/1/finalize", 403, problem_json("orderNotReady", "not yet"))
        .ok("/order/1", order_json("pending"))
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", valid_order())
        .certificate();
    REQUIRE(story.run());
    CHECK(story.csrs == 2);
}

TEST_CASE("a finalize that never works is given up", "[acme]") {
    OrderStory story;
    story.started();
    for (int i = 0; i < 8; ++i) {
        story.ok("/order/1", order_json("ready"))
            .post("/order/1/finalize", 403, problem_json("orderNotReady", "not yet"));
    }
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().is("orderNotReady"));
    CHECK(story.http.left() == 0);
}

TEST_CASE("a lost poll is repeated, four in a row are a failure", "[acme]") {
    OrderStory story;
    story.started();
    SECTION("three") {
        for (int i = 0; i < 3; ++i)
            story.lost("/order/1");
        story.ok("/order/1", order_json("ready"))
            .ok("/order/1/finalize", valid_order())
            .certificate();
        REQUIRE(story.run());
    }
    SECTION("four") {
        for (int i = 0; i < 3; ++i)
            story.lost("/order/1");
        story.http.lose(http::Method::post, at_ca("/order/1"), ErrorKind::timeout);
        const auto result = story.run();
        REQUIRE_FALSE(result);
        CHECK(result.error().error.kind == ErrorKind::timeout);
        CHECK(story.order_url == at_ca("/order/1"));  // to be resumed
    }
    CHECK(story.http.left() == 0);
}

TEST_CASE("a lost authorization is read again with the order", "[acme]") {
    OrderStory story;
    story.new_order(order_json("pending"))
        .lost("/authz/0")
        .ok("/order/1", order_json("pending"))
        .ok("/authz/0", authorization_json("a.example"))
        .ok("/http/a.example", "{}")
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", valid_order())
        .certificate();
    REQUIRE(story.run());
    REQUIRE(story.presented.size() == 1);
    CHECK(story.presented[0].size() == 1);
}

TEST_CASE("after the lost answer of a challenge its authorization is read", "[acme]") {
    OrderStory story;
    story.new_order(order_json("pending")).ok("/authz/0", authorization_json("a.example"));
    SECTION("it had been started") {
        story.lost("/http/a.example")
            .ok("/authz/0", authorization_json("a.example", "pending", "processing"));
    }
    SECTION("it is proven") {
        story.lost("/http/a.example")
            .ok("/authz/0", authorization_json("a.example", "valid", "valid"));
    }
    SECTION("it had not") {
        story.lost("/http/a.example")
            .ok("/authz/0", authorization_json("a.example"))
            .ok("/http/a.example", "{}");
    }
    SECTION("the CA refused, since another order had started it") {
        story.post("/http/a.example", 400, problem_json("malformed", "not pending"))
            .ok("/authz/0", authorization_json("a.example", "valid", "valid"));
    }
    story.ok("/order/1", order_json("ready")).ok("/order/1/finalize", valid_order()).certificate();
    REQUIRE(story.run());
    CHECK(story.http.left() == 0);
}

TEST_CASE("a challenge that cannot be started is given up", "[acme]") {
    OrderStory story;
    story.new_order(order_json("pending")).ok("/authz/0", authorization_json("a.example"));
    SECTION("refused twice") {
        for (int i = 0; i < 2; ++i) {
            story.post("/http/a.example", 400, problem_json("malformed", "no"));
            if (i == 0) story.ok("/authz/0", authorization_json("a.example"));
        }
        const auto result = story.run();
        REQUIRE_FALSE(result);
        CHECK(result.error().error.kind == ErrorKind::rejected);
    }
    SECTION("lost four times") {
        for (int i = 0; i < 3; ++i) {
            story.lost("/http/a.example").ok("/authz/0", authorization_json("a.example"));
        }
        story.http.lose(http::Method::post, at_ca("/http/a.example"));
        const auto result = story.run();
        REQUIRE_FALSE(result);
        CHECK(result.error().error.kind == ErrorKind::network);
    }
    CHECK(story.http.left() == 0);
}

TEST_CASE("a lost newOrder is sent once more, newly signed", "[acme]") {
    OrderStory story;
    SECTION("once") {
        story.lost("/new-order")
            .new_order(order_json("ready"))
            .ok("/order/1/finalize", valid_order())
            .certificate();
        REQUIRE(story.run());
        CHECK(story.http.sent()[0].request.body != story.http.sent()[2].request.body);
    }
    SECTION("twice") {
        story.lost("/new-order").http.lose(http::Method::post, at_ca("/new-order"));
        const auto result = story.run();
        REQUIRE_FALSE(result);
        CHECK(result.error().error.kind == ErrorKind::network);
    }
    CHECK(story.http.left() == 0);
}

TEST_CASE("a certificate whose download fails is fetched by way of the order", "[acme]") {
    OrderStory story;
    story.new_order(order_json("ready"))
        .ok("/order/1/finalize", valid_order())
        .lost("/cert/1")
        .ok("/order/1", valid_order())
        .certificate();
    REQUIRE(story.run());
}
