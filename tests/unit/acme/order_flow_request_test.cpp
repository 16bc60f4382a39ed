// A failure of an order says which request it is of, and whose authorizations turned invalid.
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "acme/account.h"
#include "acme/order_flow.h"
#include "support/order_story.h"

using acme::RequestKind;
using Catch::Matchers::ContainsSubstring;
using test::at_ca;
using test::authorization_json;
using test::order_json;
using test::OrderStory;
using test::problem_json;

namespace {

const std::string kRefusal = problem_json("unauthorized", "no");

std::string error_member(std::string_view type) {
    return ",\"error\":" + problem_json(type, "no");
}

}  // namespace

TEST_CASE("a refusal says which request was refused", "[acme][rfc8555-6.7]") {
    OrderStory story;
    RequestKind refused = RequestKind::none;
    SECTION("newOrder") {
        story.post("/new-order", 403, kRefusal);
        refused = RequestKind::new_order;
    }
    SECTION("a nonce on the way to newOrder") {
        static_cast<void>(story.client.nonces().take());
        story.http.answer(http::Method::head, at_ca("/new-nonce"), 403, "");
        refused = RequestKind::new_nonce;
    }
    SECTION("an authorization") {
        story.new_order(order_json("pending")).post("/authz/0", 403, kRefusal);
        refused = RequestKind::authorization;
    }
    SECTION("a challenge") {
        story.new_order(order_json("pending"));
        for (int i = 0; i < 2; ++i) {
            story.ok("/authz/0", authorization_json("a.example"));
            story.post("/http/a.example", 403, kRefusal);
        }
        refused = RequestKind::challenge;
    }
    SECTION("the order") {
        story.started().post("/order/1", 403, kRefusal);
        refused = RequestKind::order;
    }
    SECTION("finalize") {
        story.new_order(order_json("ready")).post("/order/1/finalize", 403, kRefusal);
        refused = RequestKind::finalize;
    }
    SECTION("the certificate") {
        story.new_order(test::valid_order()).post("/cert/1", 403, kRefusal);
        refused = RequestKind::certificate;
    }
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().request == refused);
    CHECK(result.error().invalid.empty());
}

TEST_CASE("so do the refusals of an account", "[acme][rfc8555-7.3]") {
    test::Bench bench;
    bench.http.post(at_ca("/new-account"), 403, kRefusal).post(at_ca("/account/1"), 403, kRefusal);
    CHECK(bench.run(acme::find_account(bench.client)).error().request == RequestKind::new_account);
    CHECK(bench.run(acme::fetch_account(bench.client)).error().request == RequestKind::account);
}

TEST_CASE("exactly the names whose authorization turned invalid are named",
          "[acme][rfc8555-7.1.6]") {
    OrderStory story;
    const std::vector<std::string> names{"a.example", "*.bb.example", "ccc.example",
                                         "dddd.example"};
    story.want(names);
    story.new_order(order_json("invalid", names))
        .ok("/authz/0", authorization_json("a.example", "invalid", "invalid", error_member("caa")))
        .ok("/authz/1", authorization_json("*.bb.example", "invalid"))
        .ok("/authz/2", authorization_json("ccc.example", "expired"))
        .ok("/authz/3", authorization_json("dddd.example", "valid", "valid"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    const acme::Failure& failure = result.error();
    CHECK(failure.request == RequestKind::validation);
    REQUIRE(failure.invalid.size() == 2);
    CHECK(failure.spent_validation_on("A.example"));
    CHECK(failure.spent_validation_on("*.bb.example"));
    CHECK_FALSE(failure.spent_validation_on("ccc.example"));
}

TEST_CASE("an order that turns invalid when it is to be signed spent no validation",
          "[acme][rfc8555-7.1.6]") {
    OrderStory story;
    const std::string invalid = order_json("invalid", {"a.example"}, error_member("caa"));
    SECTION("after our finalize") {
        story.new_order(order_json("ready")).ok("/order/1/finalize", order_json("processing"));
    }
    SECTION("after that of an earlier run") {
        story.plan.order_url = at_ca("/order/1");
        story.ok("/order/1", order_json("processing"));
    }
    story.ok("/order/1", invalid).ok("/authz/0", authorization_json("a.example", "valid", "valid"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().is("caa"));
    CHECK(result.error().request == RequestKind::finalize);
    CHECK(result.error().invalid.empty());
}

TEST_CASE("a validation that runs already is waited for", "[acme][rfc8555-7.5.1]") {
    OrderStory story;
    story.new_order(order_json("pending"))
        .ok("/authz/0", authorization_json("a.example"))
        .post("/http/a.example", 409, problem_json("malformed", "it is being validated"))
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", test::valid_order())
        .certificate();
    CHECK(story.run());
    CHECK(story.http.left() == 0);
}

TEST_CASE("what was asked in vain to the end is told", "[acme]") {
    OrderStory story;
    const bool is_certificate = GENERATE(true, false);
    story.new_order(is_certificate ? test::valid_order() : order_json("pending"));
    constexpr int kMore = 80;  // than there is time for
    for (int i = 0; i < kMore; ++i) {
        story.post(is_certificate ? "/cert/1" : "/authz/0", 502, "<html>Bad gateway</html>",
                   {{"content-type", "text/html"}});
        story.ok("/order/1", is_certificate ? test::valid_order() : order_json("pending"));
    }
    const auto result = story.run();
    REQUIRE_FALSE(result);
    const acme::Failure& failure = result.error();
    CHECK(failure.error.kind == base::ErrorKind::timeout);
    CHECK(failure.status == 502);
    CHECK(failure.request ==
          (is_certificate ? RequestKind::certificate : RequestKind::authorization));
    CHECK_THAT(failure.error.message, ContainsSubstring("did not issue in time"));
    CHECK_THAT(failure.error.message, ContainsSubstring("Bad gateway"));
}
