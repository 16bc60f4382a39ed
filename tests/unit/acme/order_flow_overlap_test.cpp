// What does not depend on each other is asked side by side, within limits, and judged in the
// order's order.
#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "acme/order_flow.h"
#include "async/all.h"
#include "async/deadline.h"
#include "support/slow_ca.h"

using namespace std::chrono_literals;
using test::problem_json;
using test::SlowStory;

namespace {

using Issued = acme::Outcome<acme::IssuedCertificate>;

std::vector<std::string> many_names(int count, const std::string& of = "example") {
    std::vector<std::string> names;
    names.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        names.push_back("n" + std::to_string(i) + "." + of);
    return names;
}

async::Task<std::vector<Issued>> run_all(std::vector<async::Task<Issued>> flows) {
    auto issued = co_await async::all(std::move(flows));
    co_return issued;
}

async::Task<bool> ends_within(async::Task<Issued> flow, std::chrono::milliseconds time) {
    const auto end = co_await async::with_deadline(std::move(flow), time);
    co_return end.has_value();
}

std::ptrdiff_t times_asked(const SlowStory& story, const std::string& path) {
    return std::count(story.ca.asked.begin(), story.ca.asked.end(), path);
}

http::Response refusal(int status, const std::string& type) {
    return {status, {{"content-type", "application/problem+json"}}, problem_json(type, "no")};
}

}  // namespace

TEST_CASE("25 names take as many round trips as depend on each other", "[acme]") {
    SlowStory story;
    acme::OrderFlow flow{story.client, story.plan(many_names(25)), story.journal};
    REQUIRE(story.loop.run(flow.run()));
    REQUIRE(story.journal.presented.size() == 1);
    CHECK(story.journal.presented[0].size() == 25);
    CHECK(story.journal.presented[0][24].identifier.value == "n24.example");
    // One after another: 25 authorizations and 25 challenges alone take 2.5 s.
    const auto round_trips = (story.clock.passed() - 250ms) / test::SlowCa::kAnswer;
    CHECK(round_trips <= 12);
    CHECK(story.ca.repeated_nonces == 0);
    CHECK(story.ca.unknown_nonces == 0);
}

TEST_CASE("many orders at once keep to the limits of their client", "[acme]") {
    SlowStory story;
    std::deque<acme::OrderFlow> flows;
    std::vector<async::Task<Issued>> running;
    for (int i = 0; i < 60; ++i) {
        const auto names = many_names(2, std::to_string(i) + ".example");
        flows.emplace_back(story.client, story.plan(names), story.journal);
        running.push_back(flows.back().run());
    }
    for (const Issued& issued : story.loop.run(run_all(std::move(running))))
        CHECK(issued);
    CHECK(story.ca.most == acme::RequestLimits::kMostAtOnce);
    CHECK(story.ca.most_new_nonces() == acme::RequestLimits::kMostNewNonces);
    CHECK(story.ca.new_nonces.size() <= acme::RequestLimits::kMostAtOnce);
    CHECK(story.ca.repeated_nonces == 0);
    CHECK(story.ca.unknown_nonces == 0);
    // 60 orders of 8 requests each, one after another: 24 s.
    CHECK(story.clock.passed() < 2500ms);
}

TEST_CASE("clients that share limits ask for ten new nonces a second", "[acme]") {
    SlowStory story;
    std::deque<acme::Client> clients;
    const auto limits = std::make_shared<acme::RequestLimits>(story.clock);
    std::deque<acme::OrderFlow> flows;
    std::vector<async::Task<Issued>> running;
    for (int i = 0; i < 40; ++i) {
        clients.emplace_back(story.ca, story.clock, test::Bench::directory(), test::account_key(),
                             limits);
        clients.back().use_account(test::at_ca("/account/" + std::to_string(i)));
        const auto names = many_names(1, std::to_string(i) + ".example");
        flows.emplace_back(clients.back(), story.plan(names), story.journal);
        running.push_back(flows.back().run());
    }
    for (const Issued& issued : story.loop.run(run_all(std::move(running))))
        CHECK(issued);
    CHECK(story.ca.new_nonces.size() == 40);  // each client needs one of its own to begin with
    CHECK(story.ca.most_new_nonces() == acme::RequestLimits::kMostNewNonces);
    CHECK(story.ca.most <= acme::RequestLimits::kMostAtOnce);
    CHECK(story.clock.passed() >= 3s);
}

TEST_CASE("what one order finds out of the CA's pace the others do not wait for", "[acme]") {
    SlowStory story;
    acme::ValidationPace pace;
    std::deque<acme::OrderFlow> flows;
    std::vector<async::Task<Issued>> running;
    for (int i = 0; i < 4; ++i) {
        acme::OrderPlan plan = story.plan(many_names(1, std::to_string(i) + ".example"));
        plan.pace = &pace;
        flows.emplace_back(story.client, std::move(plan), story.journal);
        running.push_back(flows.back().run());
    }
    for (const Issued& issued : story.loop.run(run_all(std::move(running))))
        CHECK(issued);
    // Each waiting for itself: 2.5 s, until one has found out.
    CHECK(story.clock.passed() < 1500ms);
    CHECK(pace.pause() == 250ms);
    for (int order = 1; order <= 4; ++order)
        CHECK(times_asked(story, "/order/" + std::to_string(order)) <= 2);
}

TEST_CASE("a flow that is cancelled leaves nothing behind", "[acme]") {
    SlowStory story;
    const auto cut_at = [&story](std::chrono::milliseconds time) {
        acme::OrderFlow flow{story.client, story.plan(many_names(25)), story.journal};
        auto running = flow.run();
        return !story.loop.run(ends_within(std::move(running), time));
    };
    int cut = 0;
    while (cut_at(cut * 20ms)) {
        ++cut;
        CHECK(story.ca.under_way == 0);
    }
    CHECK(cut > 20);
    CHECK(story.ca.repeated_nonces == 0);
    // No place was lost.
    const auto started = story.clock.passed();
    acme::OrderFlow flow{story.client, story.plan(many_names(25)), story.journal};
    REQUIRE(story.loop.run(flow.run()));
    CHECK(story.clock.passed() - started < 1s);
}

TEST_CASE("of authorizations under way the first that fails decides", "[acme]") {
    SlowStory story;
    story.ca.instead = [](const std::string& path) -> http::Response {
        if (path == "/order/1/authz/n1.example") return refusal(403, "unauthorized");
        if (path == "/order/1/authz/n2.example") return refusal(429, "rateLimited");
        return {};
    };
    acme::OrderFlow flow{story.client, story.plan(many_names(4)), story.journal};
    const auto end = story.loop.run(flow.run());
    REQUIRE_FALSE(end);
    CHECK(end.error().is("unauthorized"));
    CHECK(end.error().request == acme::RequestKind::authorization);
    CHECK(story.journal.presented.empty());
}

TEST_CASE("authorizations that were read are not asked for again when another was lost", "[acme]") {
    SlowStory story;
    int lost = 0;
    story.ca.instead = [&lost](const std::string& path) -> http::Response {
        if (path == "/order/1/authz/n1.example" && lost++ < 2) return {502, {}, ""};
        return {};
    };
    acme::OrderFlow flow{story.client, story.plan(many_names(4)), story.journal};
    REQUIRE(story.loop.run(flow.run()));
    CHECK(times_asked(story, "/order/1/authz/n0.example") == 1);
    CHECK(times_asked(story, "/order/1/authz/n1.example") == 3);
    CHECK(times_asked(story, "/order/1/authz/n3.example") == 1);
}

TEST_CASE("once an answer was lost no further authorization is asked for", "[acme]") {
    SlowStory story;
    story.ca.instead = [](const std::string& path) -> http::Response {
        if (path.find("/authz/") != std::string::npos) return {502, {}, ""};
        return {};
    };
    acme::OrderPlan plan = story.plan(many_names(100));
    plan.deadline = story.clock.monotonic() + 1s;
    acme::OrderFlow flow{story.client, plan, story.journal};
    REQUIRE_FALSE(story.loop.run(flow.run()));
    CHECK(times_asked(story, "/order/1/authz/n0.example") >= 1);
    CHECK(times_asked(story, "/order/1/authz/n15.example") >= 1);
    CHECK(times_asked(story, "/order/1/authz/n16.example") == 0);
}

TEST_CASE("a challenge that cannot be started is looked at once all others were", "[acme]") {
    SlowStory story;
    int refused = 0;
    story.ca.instead = [&refused](const std::string& path) -> http::Response {
        if (path == "/order/1/http/n1.example" && refused++ == 0) return refusal(400, "malformed");
        return {};
    };
    acme::OrderFlow flow{story.client, story.plan(many_names(3)), story.journal};
    REQUIRE(story.loop.run(flow.run()));
    CHECK(times_asked(story, "/order/1/http/n1.example") == 2);
    CHECK(story.journal.presented.size() == 2);
}
