// What a CA asked not to be asked, and who is left out for it.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "settings/known_servers.h"
#include "support/limit_entries.h"

using ca::limits::Limits;
using Catch::Matchers::ContainsSubstring;

using test::limits::backoff;
using test::limits::BackoffScope;
using test::limits::certificates_below;
using test::limits::entry;
using test::limits::Entry;
using test::limits::EntryKind;
using test::limits::kHour;
using test::limits::kMinute;
using test::limits::kNow;
using test::limits::kSecond;
using test::limits::kServer;
using test::limits::planned_order;
using test::limits::PlannedOrder;
using test::limits::several;
using test::limits::Words;

namespace limit = ca::limits::limit;

TEST_CASE("a backoff is held until its moment, at any CA", "[ca-limits][limits]") {
    const std::string server = GENERATE(std::string{"https://ca.test/dir"}, kServer,
                                        std::string{settings::kStagingServer});
    auto whole = backoff(BackoffScope::ca, "");
    whole.server = server;
    whole.account.clear();
    const Limits limits{{whole}};
    PlannedOrder there = planned_order({"a.test"});
    there.server = server;
    there.exempt = GENERATE(false, true);
    const auto reached = limits.judge(there, kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kBackoff);
    CHECK(reached->until == kNow + kHour);
    CHECK(reached->names.empty());
    CHECK_THAT(reached->message,
               ContainsSubstring(" asks not to be asked before 2026-02-02 03:40 UTC") &&
                   ContainsSubstring("\"not so fast\""));
    CHECK(limits.judge(there, kNow + kHour - kSecond));
    CHECK_FALSE(limits.judge(there, kNow + kHour));
    there.server = "https://elsewhere.test/dir";
    CHECK_FALSE(limits.judge(there, kNow));
}

TEST_CASE("an account in backoff is that account at that CA", "[ca-limits][limits]") {
    const Limits limits{{backoff(BackoffScope::account, "")}};
    const auto reached = limits.judge(planned_order({"a.test"}), kNow);
    REQUIRE(reached);
    CHECK(reached->names.empty());
    CHECK_THAT(reached->message, ContainsSubstring("by this account"));
    PlannedOrder other = planned_order({"a.test"});
    other.account += "2";
    CHECK_FALSE(limits.judge(other, kNow));
    other = planned_order({"a.test"});
    other.server = "https://ca.test/dir";
    CHECK_FALSE(limits.judge(other, kNow));
}

TEST_CASE("a name in backoff holds nothing back but itself", "[ca-limits][limits]") {
    const Limits limits{{backoff(BackoffScope::name, "a.test")}};
    const auto reached =
        limits.judge(planned_order({"b.test", "*.a.test", "www.a.test", "a.test"}), kNow);
    REQUIRE(reached);
    CHECK(reached->key == "a.test");
    CHECK(reached->names == Words{"*.a.test", "a.test"});
    CHECK_THAT(reached->message, ContainsSubstring("for a.test: "));
    CHECK_FALSE(limits.judge(planned_order({"b.test", "www.a.test"}), kNow));
    PlannedOrder other = planned_order({"a.test"});
    other.account += "2";
    CHECK_FALSE(limits.judge(other, kNow));
}

TEST_CASE("a domain in backoff holds all below it back", "[ca-limits][limits]") {
    const Limits limits{{backoff(BackoffScope::domain, "a.test")}};
    const auto reached = limits.judge(
        planned_order({"b.test", "x.y.a.test", "a.test", "*.a.test", "aa.test"}), kNow);
    REQUIRE(reached);
    CHECK(reached->key == "a.test");
    CHECK(reached->names == Words{"x.y.a.test", "a.test", "*.a.test"});
    CHECK_FALSE(limits.judge(planned_order({"b.test", "aa.test"}), kNow));
    // The CA counts it for all accounts.
    PlannedOrder other = planned_order({"x.a.test"});
    other.account += "2";
    CHECK(limits.judge(other, kNow));
}

TEST_CASE("a set in backoff holds no other set back", "[ca-limits][limits]") {
    const Limits limits{{backoff(BackoffScope::set, "*.a.test,b.test,c.test,d.test,e.test")}};
    const Words names{"b.test", "*.a.test", "e.test", "d.test", "c.test"};
    const auto reached = limits.judge(planned_order(names), kNow);
    REQUIRE(reached);
    CHECK(reached->names.empty());
    CHECK_THAT(reached->message, ContainsSubstring("(*.a.test, b.test, c.test and 2 more)"));
    CHECK_FALSE(limits.judge(planned_order({"b.test", "*.a.test"}), kNow));
}

TEST_CASE("while new accounts are in backoff, those that have one go on", "[ca-limits][limits]") {
    auto entry = backoff(BackoffScope::registration, "");
    entry.account.clear();
    const Limits limits{{entry}};
    auto order = planned_order({"a.test"});
    CHECK_FALSE(limits.judge(order, kNow));
    order.account.clear();  // as before the session
    CHECK_FALSE(limits.judge(order, kNow));
    order.registers = true;
    const auto reached = limits.judge(order, kNow);
    REQUIRE(reached);
    CHECK_THAT(reached->message, ContainsSubstring(" for a new account: \"not so fast\""));
    CHECK(reached->names.empty());
    CHECK_FALSE(limits.judge(order, kNow + kHour));
}

TEST_CASE("what the CA said last holds", "[ca-limits][limits]") {
    auto later = backoff(BackoffScope::name, "a.test");
    later.at = kNow - kSecond;
    later.until = kNow + 5 * kSecond;
    const auto first = backoff(BackoffScope::name, "a.test");
    for (const auto& entries : {std::vector{first, later}, std::vector{later, first}}) {
        CHECK(Limits{entries}.judge(planned_order({"a.test"}), kNow)->until == later.until);
    }
}

namespace {

Entry paused(const std::string& name) {
    Entry one = backoff(BackoffScope::name, name);
    one.words = "visit https://ca.test/unpause?jwt=" + std::string(3000, 'j');
    one.paused = true;
    return one;
}

}  // namespace

TEST_CASE("a paused name is left out with its link, unless a person asks", "[ca-limits][limits]") {
    const Limits limits{{paused("a.test")}};
    auto order = planned_order({"a.test", "b.test"});
    const auto reached = limits.judge(order, kNow);
    REQUIRE(reached);
    CHECK(reached->limit == ca::limits::limit::kPaused);
    CHECK(reached->names == Words{"a.test"});
    CHECK_THAT(reached->message, ContainsSubstring(paused("a.test").words + "\""));
    CHECK_THAT(reached->message, !ContainsSubstring("asks not to be asked"));
    const auto error = ca::limits::to_error(*reached, "shop");
    CHECK_FALSE(error.retry_at);
    CHECK_THAT(error.steps.at(0), ContainsSubstring("dokku letsencrypt:retry shop"));
    CHECK_FALSE(limits.judge(planned_order({"b.test"}), kNow));
    CHECK_FALSE(limits.judge(order, kNow + kHour));
    order.asks_paused = true;
    CHECK_FALSE(limits.judge(order, kNow));
    // A limit in the true sense is one for an operator too.
    CHECK(Limits{{backoff(BackoffScope::name, "a.test")}}.judge(order, kNow));
}

TEST_CASE("an order that was taken for a paused name frees all of the account",
          "[ca-limits][limits]") {
    auto other = paused("c.test");
    other.account = "https://ca.test/acct/other";
    std::vector<Entry> entries{paused("a.test"), paused("b.test"), other};
    entries.push_back(entry(EntryKind::certificate, kNow - kSecond, {"x.test"}));
    CHECK(Limits{entries}.judge(planned_order({"b.test"}), kNow));
    entries.back().names = {"*.a.test"};
    CHECK_FALSE(Limits{entries}.judge(planned_order({"a.test", "b.test"}), kNow));
    auto elsewhere = planned_order({"c.test"});
    elsewhere.account = other.account;
    CHECK(Limits{entries}.judge(elsewhere, kNow));
}

TEST_CASE("who leaves names out gets to the end", "[ca-limits][limits]") {
    auto entries = certificates_below("shop.co.uk", 50, kNow - kHour);
    for (const char* name : {"a.test", "b.test"})
        entries.push_back(backoff(BackoffScope::name, name));
    const auto failures = several(5, entry(EntryKind::failure, kNow - kMinute, {"c.test"}));
    entries.insert(entries.end(), failures.begin(), failures.end());
    const Limits limits{entries};
    PlannedOrder rest =
        planned_order({"new.shop.co.uk", "a.test", "b.test", "c.test", "good.test"});
    Words held;
    while (const auto reached = limits.judge(rest, kNow)) {
        REQUIRE(reached->names.size() == 1);
        held.push_back(reached->names.front());
        std::erase(rest.names, held.back());
    }
    CHECK(held == Words{"new.shop.co.uk", "a.test", "b.test", "c.test"});
    CHECK(rest.names == Words{"good.test"});
}

TEST_CASE("the operator is told the moment and what to type", "[ca-limits][limits]") {
    const Limits limits{{backoff(BackoffScope::ca, "")}};
    const auto reached = limits.judge(planned_order({"a.test"}), kNow);
    REQUIRE(reached);
    const base::Error error = ca::limits::to_error(*reached, "shop");
    CHECK(error.kind == base::ErrorKind::rate_limited);
    CHECK(error.message == reached->message);
    CHECK(error.retry_at == kNow + kHour);
    REQUIRE(error.steps.size() == 1);
    CHECK_THAT(error.steps[0], ContainsSubstring("dokku letsencrypt:enable shop --force"));
}

TEST_CASE("a CA's words do not reach the terminal as they are", "[ca-limits][limits]") {
    auto whole = backoff(BackoffScope::ca, "");
    whole.words = "\x1b[31mred";
    const auto reached = Limits{{whole}}.judge(planned_order({"a.test"}), kNow);
    REQUIRE(reached);
    CHECK(reached->message.find('\x1b') == std::string::npos);
}
