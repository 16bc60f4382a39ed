#include "acme/order_flow.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "async/all.h"
#include "base/base64.h"
#include "support/order_story.h"

using namespace std::chrono_literals;
using test::at_ca;
using test::authorization_json;
using test::order_json;
using test::OrderStory;
using test::valid_order;

namespace {

using Issued = acme::Outcome<acme::IssuedCertificate>;

async::Task<std::vector<Issued>> run_all(std::vector<async::Task<Issued>> flows) {
    auto issued = co_await async::all(std::move(flows));
    co_return issued;
}

}  // namespace

TEST_CASE("a fresh name takes seven requests", "[acme][rfc8555-7.4]") {
    OrderStory story;
    story.new_order(order_json("pending"))
        .ok("/authz/0", authorization_json("a.example"))
        .ok("/http/a.example", "{}")
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", order_json("processing"))
        .ok("/order/1", valid_order())
        .certificate();
    const auto certificate = story.run();
    REQUIRE(certificate);
    CHECK(certificate->chain_pem == test::kChain);
    CHECK(certificate->url == at_ca("/cert/1"));
    CHECK(story.order_url == at_ca("/order/1"));
    CHECK(story.clock.passed() == 500ms);

    const auto& sent = story.http.sent();
    REQUIRE(sent.size() == 7);
    CHECK(sent[0].payload == R"({"identifiers":[{"type":"dns","value":"a.example"}]})");
    CHECK(sent[1].payload.empty());
    CHECK(sent[2].payload == "{}");
    CHECK(sent[3].payload.empty());
    CHECK(sent[4].payload == R"({"csr":")" + base::to_base64url("CSR") + "\"}");
    REQUIRE(story.presented.size() == 1);
    REQUIRE(story.presented[0].size() == 1);
    const auto& chosen = story.presented[0][0];
    CHECK(chosen.identifier == acme::Identifier{"dns", "a.example"});
    CHECK(chosen.challenge.type == acme::kHttp01);
    CHECK(chosen.key_authorization.text() == "token-9." + test::account_key().thumbprint());
}

TEST_CASE("before each step the journal is asked, and it knows the order's URL after the first",
          "[acme]") {
    OrderStory story;
    story.started()
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", valid_order())
        .certificate();
    acme::OrderFlow flow(story.client, story.plan, story.journal);
    CHECK(flow.order_url().empty());
    std::vector<std::size_t> requests;
    std::vector<std::chrono::milliseconds> moments;
    story.journal.lets_go_on = [&] {
        requests.push_back(story.http.sent().size());
        moments.push_back(story.clock.passed());
        CHECK(flow.order_url() == (requests.size() == 1 ? "" : at_ca("/order/1")));
        return true;
    };
    REQUIRE(story.run(flow));
    // newOrder, authorization, the challenge is made answerable and started, the wait, the order,
    // finalize, certificate
    CHECK(requests == std::vector<std::size_t>{0, 1, 2, 2, 3, 3, 4, 5});
    CHECK(moments ==
          std::vector<std::chrono::milliseconds>{0ms, 0ms, 0ms, 0ms, 0ms, 250ms, 250ms, 250ms});
    CHECK(story.journal.orders == std::vector{at_ca("/order/1")});
    CHECK(story.csrs == 1);
}

TEST_CASE("an order that is ready at once goes straight to finalize", "[acme][rfc8555-7.4]") {
    OrderStory story;
    story.new_order(order_json("ready"), GENERATE(200, 201))
        .ok("/order/1/finalize", order_json("processing"))
        .ok("/order/1", valid_order())
        .certificate();
    REQUIRE(story.run());
    CHECK(story.http.sent().size() == 4);
    CHECK(story.presented.empty());
}

TEST_CASE("only what is not proven yet is proven", "[acme]") {
    OrderStory story;
    const std::vector<std::string> names{"b.example", "a.example", "*.a.example"};
    story.want({"a.example", "b.example", "*.a.example", "A.example"});
    story.plan.wanted[2].challenge_type = acme::kDns01;
    story.new_order(order_json("pending", names))
        .ok("/authz/0", authorization_json("b.example", "valid", "valid"))
        .ok("/authz/1", authorization_json("a.example"))
        .ok("/authz/2", authorization_json("*.a.example"))
        .ok("/http/a.example", "{}")
        .ok("/dns/a.example", "{}")
        .ok("/order/1", order_json("ready", names))
        .ok("/order/1/finalize", valid_order(names))
        .certificate();
    REQUIRE(story.run());
    REQUIRE(story.presented.size() == 1);
    REQUIRE(story.presented[0].size() == 2);
    CHECK(story.presented[0][1].identifier.value == "*.a.example");
    CHECK(story.presented[0][1].challenge.type == acme::kDns01);
}

TEST_CASE("addresses are ordered and proven like names", "[acme][rfc8738]") {
    OrderStory story;
    const std::vector<std::string> names{"2001:DB8:0:0::1", "192.0.2.7"};  // the CA's spelling
    story.want({"192.0.2.7", "2001:db8::1"});
    story.new_order(order_json("pending", names))
        .ok("/authz/0", authorization_json("2001:DB8:0:0::1"))
        .ok("/authz/1", authorization_json("192.0.2.7"))
        .ok("/http/2001:DB8:0:0::1", "{}")
        .ok("/http/192.0.2.7", "{}")
        .ok("/order/1", order_json("ready", names))
        .ok("/order/1/finalize", valid_order(names))
        .certificate();
    REQUIRE(story.run());
    CHECK(story.http.sent()[0].payload == R"({"identifiers":[{"type":"ip","value":"192.0.2.7"},)"
                                          R"({"type":"ip","value":"2001:db8::1"}]})");
    REQUIRE(story.presented.size() == 1);
    REQUIRE(story.presented[0].size() == 2);
    CHECK(story.presented[0][0].identifier == acme::Identifier{"ip", "2001:db8::1"});
    CHECK(story.presented[0][1].identifier == acme::Identifier{"ip", "192.0.2.7"});
}

TEST_CASE("a pending order whose names are all proven is only polled", "[acme]") {
    OrderStory story;
    story.new_order(order_json("pending"))
        .ok("/authz/0", authorization_json("a.example", "valid", "valid"))
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", valid_order())
        .certificate();
    REQUIRE(story.run());
    CHECK(story.presented.empty());
}

TEST_CASE("a challenge that runs already is not started again", "[acme][rfc8555-7.1.6]") {
    OrderStory story;
    story.new_order(order_json("pending"))
        .ok("/authz/0", authorization_json("a.example", "pending", "processing"))
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", valid_order())
        .certificate();
    REQUIRE(story.run());
    CHECK(story.presented.size() == 1);  // it must stay answerable
}

TEST_CASE("the pause between polls grows to five seconds", "[acme]") {
    OrderStory story;
    story.started();
    for (int i = 0; i < 12; ++i)
        story.ok("/order/1", order_json("pending"));
    story.ok("/order/1", order_json("ready")).ok("/order/1/finalize", valid_order()).certificate();
    std::vector<std::chrono::milliseconds> pauses;
    story.journal.lets_go_on = [&, last = story.clock.passed()]() mutable {
        const auto now = story.clock.passed();
        if (now > last) pauses.push_back(now - last);
        last = now;
        return true;
    };
    REQUIRE(story.run());
    REQUIRE(pauses.size() == 13);
    CHECK(pauses[0] == 250ms);
    CHECK(pauses[1] == 375ms);
    CHECK(pauses[12] == 5s);
    for (std::size_t i = 1; i < pauses.size(); ++i)
        CHECK(pauses[i] >= pauses[i - 1]);
}

TEST_CASE("the CA's Retry-After rules, in seconds or as a date", "[acme][rfc8555-7.5.1]") {
    OrderStory story;
    const test::ScriptedHttp::Headers asked =
        GENERATE(test::ScriptedHttp::Headers{{"retry-after", "3"}},
                 test::ScriptedHttp::Headers{{"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                             {"retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"}});
    story.started()
        .post("/order/1", 200, order_json("pending"), asked)
        .ok("/order/1", order_json("ready"))
        .post("/order/1/finalize", 200, order_json("processing"), asked)
        .ok("/order/1", valid_order())
        .certificate();
    REQUIRE(story.run());
    CHECK(story.clock.passed() == 250ms + 3s + 3s);
}

TEST_CASE("the longest delay that an answer to a challenge asks for is kept", "[acme]") {
    OrderStory story;
    story.want({"a.example", "bb.example"});
    const std::vector<std::string> names{"a.example", "bb.example"};
    story.new_order(order_json("pending", names))
        .ok("/authz/0", authorization_json("a.example"))
        .ok("/authz/1", authorization_json("bb.example"))
        .post("/http/a.example", 200, "{}", {{"retry-after", "5"}})
        .post("/http/bb.example", 200, "{}", {{"retry-after", "2"}})
        .ok("/order/1", order_json("ready", names))
        .ok("/order/1/finalize", valid_order(names))
        .certificate();
    REQUIRE(story.run());
    CHECK(story.clock.passed() == 5s);
}

TEST_CASE("a Retry-After of zero does not make us hammer", "[acme]") {
    OrderStory story;
    story.started()
        .post("/order/1", 200, order_json("pending"), {{"retry-after", "0"}})
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", valid_order())
        .certificate();
    REQUIRE(story.run());
    CHECK(story.clock.passed() == 250ms + 375ms);
}

TEST_CASE("odd but legal answers are polled through", "[acme][rfc8555-7.1.6]") {
    OrderStory story;
    story.started()
        .ok("/order/1", order_json("paused"))          // no status of RFC 8555
        .ok("/order/1", order_json("ready"))           //
        .ok("/order/1/finalize", order_json("ready"))  // the state before
        .ok("/order/1", order_json("ready"))           // still
        .ok("/order/1", order_json("valid"))           // no certificate URL yet
        .ok("/order/1", valid_order())
        .certificate();
    REQUIRE(story.run());
    CHECK(story.csrs == 1);
}

TEST_CASE("an answer to finalize that is no order is made up for by reading it", "[acme]") {
    OrderStory story;
    story.started()
        .ok("/order/1", order_json("ready"))
        .ok("/order/1/finalize", "")
        .ok("/order/1", valid_order())
        .certificate();
    REQUIRE(story.run());
}

TEST_CASE("two orders take turns over one client", "[acme]") {
    OrderStory story;
    for (int i = 0; i < 2; ++i) {
        story.new_order(order_json("ready")).ok("/order/1/finalize", order_json("processing"));
    }
    for (int i = 0; i < 2; ++i)
        story.ok("/order/1", valid_order()).certificate();
    acme::OrderFlow one(story.client, story.plan, story.journal);
    acme::OrderFlow other(story.client, story.plan, story.journal);
    std::vector<async::Task<Issued>> flows;
    flows.push_back(one.run());
    flows.push_back(other.run());
    const auto issued = story.run(run_all(std::move(flows)));
    CHECK(issued[0]);
    CHECK(issued[1]);
    CHECK(story.http.left() == 0);
    CHECK(story.clock.passed() == 250ms);
}

TEST_CASE("a profile goes with the order", "[acme]") {
    OrderStory story;
    story.new_order(order_json("ready"));
    story.plan.profile = "shortlived";
    story.journal.lets_go_on = [&] { return story.http.sent().empty(); };
    REQUIRE_FALSE(story.run());
    CHECK(story.http.last().payload ==
          R"({"identifiers":[{"type":"dns","value":"a.example"}],"profile":"shortlived"})");
}
