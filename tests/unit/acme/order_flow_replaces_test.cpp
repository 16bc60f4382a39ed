// Orders that name the certificate they renew: the CA may refuse that, and it costs no certificate.
#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "acme/order_flow.h"
#include "support/order_story.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using test::at_ca;
using test::order_json;
using test::problem_json;

namespace {

constexpr auto kCertificateId = "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE";
constexpr auto kPage = "<html><h1>502 Bad Gateway</h1></html>";
const std::string kOrdinary = R"({"identifiers":[{"type":"dns","value":"a.example"}]})";
const std::string kReplacing =
    R"({"identifiers":[{"type":"dns","value":"a.example"}],"replaces":")" +
    std::string(kCertificateId) + "\"}";

struct Story : test::OrderStory {
    Story() { plan.replaces = kCertificateId; }

    Story& refuse(int status, const std::string& body, test::ScriptedHttp::Headers headers = {}) {
        post("/new-order", status, body, std::move(headers));
        return *this;
    }
};

/// Lets the flow go on until the order is known.
acme::Outcome<void> go_to_order(Story& story, acme::OrderFlow& flow) {
    story.journal.lets_go_on = [&flow] { return !flow.order(); };
    const auto end = story.run(flow);
    REQUIRE_FALSE(end);
    if (!flow.order()) return end.error();
    CHECK(end.error().error.message == "the app is gone");
    return {};
}

}  // namespace

TEST_CASE("an order names the certificate it replaces", "[acme][rfc9773-5]") {
    Story story;
    story.new_order(order_json("pending"));
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    CHECK_FALSE(flow.replaced());
    REQUIRE(go_to_order(story, flow));
    CHECK(story.http.sent().size() == 1);
    CHECK(story.http.last().payload == kReplacing);
    CHECK(flow.replaced());
    CHECK(flow.replaces_refused().empty());
}

TEST_CASE("an order that replaces nothing has no such member", "[acme][rfc9773-5]") {
    Story story;
    story.plan.replaces.clear();
    story.new_order(order_json("pending"));
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    REQUIRE(go_to_order(story, flow));
    CHECK(story.http.last().payload == kOrdinary);
    CHECK_FALSE(flow.replaced());
    CHECK(flow.replaces_refused().empty());
}

TEST_CASE("a refused replacement is ordered once more at once as an ordinary one",
          "[acme][rfc9773-5]") {
    Story story;
    std::string words;
    SECTION("the certificate was replaced already") {
        story.refuse(409, problem_json("alreadyReplaced", "twice"));
        words = "ca.example answered 409: \"twice\" (urn:ietf:params:acme:error:alreadyReplaced)";
    }
    SECTION("it is another account's") {
        story.refuse(403, problem_json("unauthorized", "not yours"));
        words = "\"not yours\"";
    }
    SECTION("its authority is unknown") {
        story.refuse(400, problem_json("malformed", "bad certID"));
        words = "\"bad certID\"";
    }
    SECTION("its serial number is unknown") {
        story.refuse(500, problem_json("serverInternal", "no such serial"));
        words = "\"no such serial\"";
    }
    SECTION("the problem has a type of the CA's own") {
        story.refuse(422, R"({"type":"https://ca.example/odd","detail":"odd"})");
        words = "\"odd\"";
    }
    SECTION("there is no problem at all") {
        story.refuse(404, "<html>gone</html>", {{"content-type", "text/html"}});
        words = "gone";
    }
    story.new_order(order_json("pending"));
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    REQUIRE(go_to_order(story, flow));
    REQUIRE(story.http.sent().size() == 2);
    CHECK(story.http.sent()[0].payload == kReplacing);
    CHECK(story.http.sent()[1].payload == kOrdinary);
    CHECK_FALSE(flow.replaced());
    CHECK_THAT(flow.replaces_refused(), ContainsSubstring(words));
    CHECK(story.clock.passed() == std::chrono::milliseconds{0});
}

TEST_CASE("a second refusal is the order's own and final", "[acme][rfc9773-5]") {
    Story story;
    story.refuse(409, problem_json("alreadyReplaced", "twice"))
        .refuse(403, problem_json("rejectedIdentifier", "not that name"));
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    const auto end = go_to_order(story, flow);
    REQUIRE_FALSE(end);
    CHECK(end.error().is("rejectedIdentifier"));
    CHECK_THAT(flow.replaces_refused(), ContainsSubstring("twice"));
    CHECK(story.http.left() == 0);
}

TEST_CASE("what cannot be about the replacement is final at once", "[acme][rfc9773-5]") {
    Story story;
    SECTION("a limit") {
        story.refuse(429, problem_json("rateLimited", "later"), {{"retry-after", "60"}});
    }
    SECTION("a limit that only its type tells") {
        story.refuse(403, problem_json("rateLimited", "later"));
    }
    SECTION("a limit per address") {
        story.refuse(503, problem_json("serverInternal", "busy"), {{"retry-after", "60"}});
    }
    SECTION("the account or its owner") {
        const std::string type =
            GENERATE("accountDoesNotExist", "userActionRequired", "externalAccountRequired");
        story.refuse(400, problem_json(type, "no"));
    }
    SECTION("a machine in between") {
        story.refuse(502, kPage, {{"content-type", "text/html"}});
    }
    SECTION("another failure of the server") {
        story.refuse(500, problem_json("dns", "no resolver"));
    }
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    REQUIRE_FALSE(go_to_order(story, flow));
    CHECK(story.http.sent().size() == 1);
    CHECK(story.http.left() == 0);
    CHECK(flow.replaces_refused().empty());
    CHECK_FALSE(flow.replaced());
}

TEST_CASE("nonces that the CA never takes are not blamed on the replacement", "[acme]") {
    Story story;
    for (int i = 0; i < 11; ++i)
        story.refuse(400, problem_json("badNonce", "stale"));
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    const auto end = go_to_order(story, flow);
    REQUIRE_FALSE(end);
    CHECK(end.error().is("badNonce"));
    CHECK(flow.replaces_refused().empty());
}

TEST_CASE("a refusal on the way to a nonce is not about the replacement", "[acme]") {
    Story story;
    story.client.nonces().clear();
    story.http.answer(http::Method::head, at_ca("/new-nonce"), 404, "");
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    const auto end = go_to_order(story, flow);
    REQUIRE_FALSE(end);
    CHECK(end.error().url == at_ca("/new-nonce"));
    CHECK(story.http.sent().size() == 1);
}

TEST_CASE("after a lost answer the replacement is asked for again", "[acme][rfc9773-5]") {
    Story story;
    story.lost("/new-order").new_order(order_json("pending"));
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    REQUIRE(go_to_order(story, flow));
    CHECK(story.http.last().payload == kReplacing);
    CHECK(flow.replaced());
}

TEST_CASE("a refused replacement leaves the second try after a lost answer", "[acme][rfc9773-5]") {
    Story story;
    story.refuse(409, problem_json("alreadyReplaced", "twice"));
    story.lost("/new-order").new_order(order_json("pending"));
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    REQUIRE(go_to_order(story, flow));
    CHECK(story.http.last().payload == kOrdinary);
    CHECK_FALSE(flow.replaced());
}

TEST_CASE("a refusal in between is an answer", "[acme][rfc9773-5]") {
    Story story;
    story.lost("/new-order").post("/new-order", 409, problem_json("alreadyReplaced", "twice"));
    story.lost("/new-order").new_order(order_json("pending"));
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    REQUIRE(go_to_order(story, flow));
    CHECK(story.http.last().payload == kOrdinary);
}

TEST_CASE("answers that are lost twice in a row end the order", "[acme][rfc9773-5]") {
    Story story;
    story.refuse(409, problem_json("alreadyReplaced", "twice"));
    story.lost("/new-order").http.lose(http::Method::post, at_ca("/new-order"));
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    const auto end = go_to_order(story, flow);
    REQUIRE_FALSE(end);
    CHECK(end.error().error.kind == ErrorKind::network);
    CHECK(story.http.left() == 0);
}

TEST_CASE("a resumed order asks for nothing again and claims nothing", "[acme][rfc9773-5]") {
    Story story;
    story.plan.order_url = at_ca("/order/1");
    story.ok("/order/1", order_json("pending"));
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    REQUIRE(go_to_order(story, flow));
    CHECK_FALSE(flow.replaced());
}
