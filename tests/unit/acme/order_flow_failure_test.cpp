// Orders that end without a certificate: the reason is the CA's, per name, and nothing is hidden.
#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "acme/order_flow.h"
#include "support/order_story.h"

using namespace std::chrono_literals;
using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using test::at_ca;
using test::authorization_json;
using test::order_json;
using test::OrderStory;
using test::problem_json;

namespace {

std::string error_member(std::string_view type, std::string_view detail) {
    return ",\"error\":" + problem_json(type, detail);
}

}  // namespace

TEST_CASE("an invalid order is explained by its authorizations", "[acme][rfc8555-7.1.6]") {
    OrderStory story;
    const std::vector<std::string> names{"a.example", "bb.example", "ccc.example"};
    story.want(names);
    story.new_order(order_json("pending", names));
    for (std::size_t i = 0; i < names.size(); ++i) {
        story.ok("/authz/" + std::to_string(i), authorization_json(names[i]));
    }
    for (const std::string& name : names)
        story.ok("/http/" + name, "{}");
    story.ok("/order/1", order_json("invalid", names))
        .ok("/authz/0", authorization_json("a.example", "invalid", "invalid",
                                           error_member("connection", "192.0.2.7: refused")))
        .ok("/authz/1", authorization_json("bb.example", "valid", "valid"))
        .ok("/authz/2", authorization_json("ccc.example", "pending", "pending"))
        .ok("/authz/2", "{}");
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(story.http.left() == 0);
    CHECK(story.http.last().payload == R"({"status":"deactivated"})");
    const auto& failure = result.error();
    CHECK(failure.error.kind == ErrorKind::rejected);
    CHECK(failure.url == at_ca("/order/1"));
    CHECK(failure.error.message ==
          "ca.example refused a.example: \"192.0.2.7: refused\" "
          "(urn:ietf:params:acme:error:connection)");
    REQUIRE(failure.problem);
    CHECK(failure.is("connection"));
    REQUIRE(failure.problem->subproblems.size() == 1);
    CHECK(failure.problem->subproblems[0].identifier == acme::Identifier{"dns", "a.example"});
}

TEST_CASE("the order's own error comes first, what it leaves out is added", "[acme]") {
    OrderStory story;
    const std::vector<std::string> names{"a.example", "bb.example"};
    story.want(names);
    const std::string error = R"(,"error":{"type":"urn:ietf:params:acme:error:caa","detail":"two",)"
                              R"("subproblems":[{"type":"urn:ietf:params:acme:error:caa",)"
                              R"("detail":"CAA forbids","identifier":)"
                              R"({"type":"dns","value":"A.example"}}]})";
    story.new_order(order_json("invalid", names, error))
        .ok("/authz/0", authorization_json("a.example", "invalid", "invalid",
                                           error_member("caa", "said again")))
        .ok("/authz/1", authorization_json("bb.example", "invalid", "invalid",
                                           error_member("dns", "NXDOMAIN")));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    REQUIRE(result.error().problem);
    const auto& problem = *result.error().problem;
    CHECK(problem.is("caa"));
    CHECK(problem.detail == "two");
    REQUIRE(problem.subproblems.size() == 2);
    CHECK(problem.subproblems[0].detail == "CAA forbids");
    CHECK(problem.subproblems[1].detail == "NXDOMAIN");
    CHECK_THAT(result.error().error.message,
               ContainsSubstring("refused A.example: \"CAA forbids\"") &&
                   ContainsSubstring(", and 1 more"));
}

TEST_CASE("different reasons make a compound problem", "[acme][rfc8555-6.7.1]") {
    OrderStory story;
    const std::vector<std::string> names{"a.example", "bb.example"};
    story.want(names);
    story.new_order(order_json("invalid", names))
        .ok("/authz/0",
            authorization_json("a.example", "invalid", "invalid", error_member("tls", "one")))
        .ok("/authz/1", authorization_json("bb.example", "expired", "pending"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().is("compound"));
    REQUIRE(result.error().problem->subproblems.size() == 2);
    CHECK(result.error().problem->subproblems[1].detail == "the authorization is expired");
}

TEST_CASE("an invalid order without any reason says so", "[acme]") {
    OrderStory story;
    story.new_order(order_json("invalid"));
    SECTION("nothing is wrong with the name") {
        story.ok("/authz/0", authorization_json("a.example", "valid", "valid"));
    }
    SECTION("the reason cannot be read") {
        story.ok("/authz/0", "<html></html>");
    }
    SECTION("the CA does not answer") {
        story.http.lose(http::Method::post, at_ca("/authz/0"));
    }
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::rejected);
    CHECK(result.error().error.message == "ca.example made the order invalid and gave no reason");
}

TEST_CASE("an order whose error is a limit is rate limited", "[acme]") {
    OrderStory story;
    story.new_order(order_json("invalid", {"a.example"}, error_member("rateLimited", "later")))
        .ok("/authz/0", authorization_json("a.example", "valid", "valid"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::rate_limited);
}

TEST_CASE("an authorization that is dead already ends the order", "[acme][rfc8555-7.1.6]") {
    OrderStory story;
    const std::string status = GENERATE("invalid", "deactivated", "expired", "revoked");
    story.new_order(order_json("pending"))
        .ok("/authz/0", authorization_json("a.example", status, "pending"))
        .ok("/authz/0", authorization_json("a.example", status, "pending"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::rejected);
    CHECK_THAT(result.error().error.message,
               ContainsSubstring("a.example: \"the authorization is " + status));
}

TEST_CASE("names in the order or in an authorization that were not asked for are refused",
          "[acme]") {
    OrderStory story;
    SECTION("the order") {
        story.new_order(order_json("pending", {"a.example", "evil.example"}));
    }
    SECTION("an authorization") {
        story.new_order(order_json("pending")).ok("/authz/0", authorization_json("evil.example"));
    }
    SECTION("a wildcard for a plain name") {
        story.new_order(order_json("pending")).ok("/authz/0", authorization_json("*.a.example"));
    }
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::protocol);
    CHECK(story.presented.empty());
}

TEST_CASE("a CA without the wanted challenge is told with what it offers", "[acme]") {
    OrderStory story;
    story.plan.wanted[0].challenge_type = "tls-alpn-01";
    story.new_order(order_json("pending")).ok("/authz/0", authorization_json("a.example"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::rejected);
    CHECK(result.error().error.message ==
          "ca.example offers no tls-alpn-01 challenge for a.example, only: dns-persist-01, "
          "dns-01, http-01");
}

TEST_CASE("a token that may not become a path ends the order", "[acme][rfc8555-8.1]") {
    OrderStory story;
    story.new_order(order_json("pending"))
        .ok("/authz/0",
            R"({"status":"pending","identifier":{"type":"dns","value":"a.example"},"challenges":)"
            R"([{"type":"http-01","status":"pending","url":"https://ca.example/c",)"
            R"("token":"../../etc/passwd"}]})");
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::protocol);
    CHECK(story.presented.empty());
}

TEST_CASE("newOrder's refusals reach the caller whole", "[acme][rfc8555-7.4]") {
    OrderStory story;
    const std::string type = GENERATE("rejectedIdentifier", "unsupportedIdentifier",
                                      "accountDoesNotExist", "unauthorized");
    story.post("/new-order", 403, problem_json(type, "no"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::rejected);
    CHECK(result.error().is(type));
    CHECK(story.order_url.empty());
}

TEST_CASE("a limit on newOrder or finalize is returned at once", "[acme]") {
    OrderStory story;
    SECTION("newOrder") {
        story.post("/new-order", 429, problem_json("rateLimited", "too many"),
                   {{"retry-after", "7200"}});
    }
    SECTION("finalize") {
        story.new_order(order_json("ready"))
            .post("/order/1/finalize", 429, problem_json("rateLimited", "too many"),
                  {{"retry-after", "7200"}});
    }
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::rate_limited);
    CHECK(result.error().error.retry_at == story.clock.now() + 2h);
    CHECK(story.clock.passed() == 0ms);
}

TEST_CASE("newOrder must answer an order with its URL", "[acme][rfc8555-7.4]") {
    OrderStory story;
    SECTION("no Location") {
        story.post("/new-order", 201, order_json("pending"));
    }
    SECTION("a Location that gives up the encryption") {
        story.post("/new-order", 201, order_json("pending"),
                   {{"location", "http://ca.example/order/1"}});
    }
    SECTION("a page") {
        story.post("/new-order", 200, "<html>Portal</html>",
                   {{"location", at_ca("/order/1")}, {"content-type", "text/html"}});
    }
    SECTION("broken") {
        story.new_order(R"({"status":"pending"})");
    }
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::protocol);
    CHECK_THAT(result.error().error.message, ContainsSubstring("an order"));
    const bool has_location = story.order_url == at_ca("/order/1");
    CHECK((has_location || story.order_url.empty()));  // what cannot be asked is not kept
}

TEST_CASE("a refused finalize is final", "[acme]") {
    OrderStory story;
    story.new_order(order_json("ready"))
        .post("/order/1/finalize", 400, problem_json("badCSR", "key too small"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().is("badCSR"));
    CHECK(story.http.left() == 0);
}

TEST_CASE("a request that cannot be made stops before finalize", "[acme]") {
    OrderStory story;
    story.plan.csr = []() -> base::Result<std::string> {
        return base::fail(ErrorKind::io, "no key on disk");
    };
    story.new_order(order_json("ready"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::io);
    CHECK(story.http.left() == 0);
}

TEST_CASE("an order that never ends is left at the deadline, to be resumed", "[acme]") {
    OrderStory story;
    story.plan.deadline = story.clock.monotonic() + 3s;
    const std::string status = GENERATE("pending", "processing", "something-new");
    story.new_order(order_json("pending"))
        .ok("/authz/0", authorization_json("a.example", "valid", "valid"));
    for (int i = 0; i < 4; ++i)
        story.ok("/order/1", order_json(status));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().status == 200);  // the CA is there, and slow
    CHECK(result.error().error.kind == ErrorKind::timeout);
    CHECK_THAT(result.error().error.message, ContainsSubstring("still " + status));
    CHECK(result.error().url == at_ca("/order/1"));
    CHECK(story.order_url == at_ca("/order/1"));
    CHECK(story.clock.passed() <= 3s);
}

TEST_CASE("what keeps a validation from ending is told at the deadline", "[acme][rfc8555-8.2]") {
    OrderStory story;
    story.plan.deadline = story.clock.monotonic() + 3s;
    const std::vector<std::string> names{"a.example", "bb.example"};
    story.want(names);
    story.new_order(order_json("pending", names))
        .ok("/authz/0", authorization_json("a.example"))
        .ok("/authz/1", authorization_json("bb.example"))
        .ok("/http/a.example", "{}")
        .ok("/http/bb.example", "{}");
    for (int i = 0; i < 4; ++i)
        story.ok("/order/1", order_json("pending", names));
    // The CA goes on trying.
    story.ok("/authz/0", authorization_json("a.example", "pending", "processing",
                                            error_member("connection", "192.0.2.7: refused")));
    story.ok("/authz/1", authorization_json("bb.example", "valid", "valid"));
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(story.http.left() == 0);
    CHECK(story.http.last().payload.empty());  // the authorizations stay, and so does the order
    const auto& failure = result.error();
    CHECK(failure.error.kind == ErrorKind::timeout);
    CHECK(failure.error.retry_at);
    CHECK(failure.status == 200);
    CHECK(failure.request == acme::RequestKind::validation);
    CHECK(failure.invalid.empty());
    CHECK_THAT(failure.error.message, ContainsSubstring("still pending"));
    CHECK_THAT(failure.error.message, ContainsSubstring("a.example: \"192.0.2.7: refused\""));
    REQUIRE(failure.problem);
    CHECK(failure.is("connection"));
    REQUIRE(failure.problem->subproblems.size() == 1);
    CHECK(story.clock.passed() <= 3s);
}

TEST_CASE("a Retry-After past the deadline ends the wait at once and is handed on", "[acme]") {
    OrderStory story;
    story.started().post("/order/1", 200, order_json("pending"), {{"retry-after", "3600"}});
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::timeout);
    CHECK(result.error().error.retry_at == story.clock.now() + 1h);
    CHECK(story.clock.passed() == 250ms);
}

TEST_CASE("an order that asks for a year is left to a run within a day", "[acme]") {
    OrderStory story;
    SECTION("where it is looked at") {
        story.started().post("/order/1", 200, order_json("processing"),
                             {{"retry-after", "31536000"}});
    }
    SECTION("where a challenge is started") {
        story.new_order(order_json("pending"))
            .ok("/authz/0", authorization_json("a.example"))
            .post("/http/a.example", 200, "{}", {{"retry-after", "31536000"}});
    }
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().error.kind == ErrorKind::timeout);
    CHECK(result.error().error.retry_at == story.clock.now() + 24h);
    CHECK(story.order_url == at_ca("/order/1"));
    CHECK(story.clock.passed() <= 250ms);
}

TEST_CASE("nothing new is begun after the deadline", "[acme]") {
    OrderStory story;
    story.clock.advance(6min);
    const auto result = story.run();
    REQUIRE_FALSE(result);
    CHECK(result.error().status == 0);
    CHECK(result.error().error.kind == ErrorKind::timeout);
    CHECK(story.http.sent().empty());
}
