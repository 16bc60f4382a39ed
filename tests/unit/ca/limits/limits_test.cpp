#include "ca/limits/limits.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "settings/known_servers.h"
#include "support/limit_entries.h"

using ca::limits::Limits;
using Catch::Matchers::ContainsSubstring;

using test::limits::certificates_below;
using test::limits::entry;
using test::limits::Entry;
using test::limits::EntryKind;
using test::limits::is_about;
using test::limits::kAccount;
using test::limits::kDay;
using test::limits::kHour;
using test::limits::kMinute;
using test::limits::kNow;
using test::limits::kPerDomain;
using test::limits::kSecond;
using test::limits::kWeek;
using test::limits::planned_order;
using test::limits::PlannedOrder;
using test::limits::several;
using test::limits::Words;

namespace limit = ca::limits::limit;

TEST_CASE("an empty ledger holds nothing back", "[ca-limits][limits]") {
    CHECK_FALSE(Limits{{}}.judge(planned_order({"a.test"}), kNow));
}

TEST_CASE("300 orders of an account, and one comes back each 36 seconds", "[ca-limits][limits]") {
    const auto order = entry(EntryKind::order, kNow, {"a.test"});
    CHECK_FALSE(Limits{std::vector(299, order)}.judge(planned_order({"b.test"}), kNow));
    Limits full{std::vector(300, order)};
    const auto reached = full.judge(planned_order({"b.test"}), kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kOrders);
    CHECK(reached->key == kAccount);
    CHECK(reached->names.empty());
    CHECK(is_about(reached->until, kNow + 36 * kSecond));
    CHECK_THAT(reached->message, ContainsSubstring("takes 300 new orders of an account"));
    // One more, and not a second one.
    CHECK_FALSE(full.judge(planned_order({"b.test"}), reached->until));
    full.note(entry(EntryKind::order, reached->until, {"b.test"}));
    const auto again = full.judge(planned_order({"c.test"}), reached->until);
    REQUIRE(again);
    CHECK(is_about(again->until, kNow + 72 * kSecond));
}

TEST_CASE("an order that the CA does not take is given back", "[ca-limits][limits]") {
    const auto order = entry(EntryKind::order, kNow, {"a.test"});
    Limits limits{std::vector(300, order)};
    auto over = entry(EntryKind::order_over, kNow, {"a.test"});
    SECTION("refused") {
        over.refused = true;
        limits.note(over);
        CHECK_FALSE(limits.judge(planned_order({"b.test"}), kNow));
        // Once.
        limits.note(over);
        limits.note(order);
        CHECK(limits.judge(planned_order({"b.test"}), kNow));
    }
    SECTION("taken, and it failed") {
        limits.note(over);
        CHECK(limits.judge(planned_order({"b.test"}), kNow));
    }
}

TEST_CASE("orders of another account, renewals and replacements do not count",
          "[ca-limits][limits]") {
    auto sample = entry(EntryKind::order, kNow, {"a.test"});
    SECTION("another account") {
        sample.account += "2";
    }
    SECTION("renewals") {
        sample.renewal = true;
    }
    SECTION("within the window of the certificate that they replace") {
        sample.exempt = true;
    }
    SECTION("another CA") {
        sample.server = "https://ca.test/dir";
    }
    CHECK_FALSE(Limits{std::vector(400, sample)}.judge(planned_order({"b.test"}), kNow));
}

TEST_CASE("a renewal and an exempt order are not orders that count", "[ca-limits][limits]") {
    const Limits full{std::vector(300, entry(EntryKind::order, kNow, {"a.test"}))};
    PlannedOrder again = planned_order({"b.test"});
    REQUIRE(full.judge(again, kNow));
    SECTION("renewal") {
        again.renewal = true;
    }
    SECTION("exempt") {
        again.exempt = true;
    }
    CHECK_FALSE(full.judge(again, kNow));
}

TEST_CASE("50 certificates of a registered domain, and one comes back each 202 minutes",
          "[ca-limits][limits]") {
    const PlannedOrder mixed = planned_order({"other.test", "new.shop.co.uk", "*.shop.co.uk"});
    CHECK_FALSE(Limits{certificates_below("shop.co.uk", 49, kNow)}.judge(mixed, kNow));
    Limits full{certificates_below("shop.co.uk", 50, kNow)};
    const auto reached = full.judge(mixed, kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kDomain);
    CHECK(reached->key == "shop.co.uk");
    CHECK(reached->names == Words{"new.shop.co.uk", "*.shop.co.uk"});
    // Not in a week.
    CHECK(is_about(reached->until, kNow + kPerDomain));
    CHECK_THAT(reached->message, ContainsSubstring("50 certificates for shop.co.uk") &&
                                     ContainsSubstring("the next is possible from "
                                                       "2026-02-02 06:03 UTC"));
    CHECK_FALSE(full.judge(planned_order({"other.test"}), kNow));
    CHECK_FALSE(full.judge(mixed, reached->until));
    // Of any account: the domain has one allowance.
    PlannedOrder stranger = mixed;
    stranger.account += "2";
    CHECK(full.judge(stranger, kNow));
    // Two of them two intervals later, and no third.
    const auto later = kNow + 2 * kPerDomain + kMinute;
    for (const char* name : {"one.shop.co.uk", "two.shop.co.uk"}) {
        CHECK_FALSE(full.judge(planned_order({name}), later));
        full.note(entry(EntryKind::certificate, later, {name}));
    }
    CHECK(full.judge(planned_order({"three.shop.co.uk"}), later));
}

TEST_CASE("a domain is free for renewals and exempt orders", "[ca-limits][limits]") {
    const Limits full{certificates_below("shop.co.uk", 50, kNow)};
    CHECK(full.judge(planned_order({"new.shop.co.uk"}), kNow));
    PlannedOrder again = planned_order({"old.shop.co.uk"});
    SECTION("known to the caller") {
        again.renewal = true;
    }
    SECTION("seen in the ledger") {
        again.names = {"n7.shop.co.uk"};
    }
    SECTION("exempt") {
        again.exempt = true;
    }
    CHECK_FALSE(full.judge(again, kNow));
}

TEST_CASE("a renewal does not use a domain up, an exempt order with other names does",
          "[ca-limits][limits]") {
    auto entries = certificates_below("shop.co.uk", 60, kNow);
    const bool renewed = GENERATE(false, true);
    for (Entry& one : entries)
        (renewed ? one.renewal : one.exempt) = true;
    CHECK(Limits{entries}.judge(planned_order({"new.shop.co.uk"}), kNow).has_value() == !renewed);
}

TEST_CASE("a certificate counts once for each registered domain", "[ca-limits][limits]") {
    auto entries = certificates_below("shop.co.uk", 49, kNow);
    for (Entry& one : entries)
        one.names.insert(one.names.end(), {"www.shop.co.uk", "blog.test"});
    const Limits limits{entries};
    CHECK_FALSE(limits.judge(planned_order({"new.shop.co.uk"}), kNow));
    CHECK_FALSE(limits.judge(planned_order({"new.blog.test"}), kNow));
}

TEST_CASE("orders under way take places below a domain", "[ca-limits][limits]") {
    Limits limits{certificates_below("shop.co.uk", 40, kNow)};
    for (int i = 0; i < 10; ++i) {
        const std::string name = "new" + std::to_string(i) + ".shop.co.uk";
        CHECK_FALSE(limits.judge(planned_order({name}), kNow));
        limits.note(entry(EntryKind::order, kNow, {name}));
    }
    const PlannedOrder next = planned_order({"next.shop.co.uk"});
    const auto reached = limits.judge(next, kNow);
    REQUIRE(reached);
    CHECK(is_about(reached->until, kNow + kPerDomain));
    // The order itself does not stand in its own way.
    CHECK_FALSE(limits.judge(planned_order({"new3.shop.co.uk"}), kNow));
    SECTION("one that ends without a certificate leaves its place") {
        limits.note(entry(EntryKind::order_over, kNow + kSecond, {"new0.shop.co.uk"}));
        CHECK_FALSE(limits.judge(next, kNow + kSecond));
    }
    SECTION("one that is issued keeps it") {
        limits.note(entry(EntryKind::certificate, kNow + kSecond, {"new0.shop.co.uk"}));
        CHECK(limits.judge(next, kNow + kSecond));
    }
    SECTION("one of which nothing is heard any more has ended") {
        CHECK(limits.judge(next, kNow + kHour - kSecond));
        CHECK_FALSE(limits.judge(next, kNow + kHour));
    }
    SECTION("a renewal takes none") {
        Limits more{certificates_below("shop.co.uk", 49, kNow)};
        auto renewal = entry(EntryKind::order, kNow, {"old.shop.co.uk"});
        renewal.renewal = true;
        more.note(renewal);
        CHECK_FALSE(more.judge(next, kNow));
    }
}

TEST_CASE("those that wait for one domain are told their turns", "[ca-limits][limits]") {
    Limits limits{certificates_below("shop.co.uk", 50, kNow)};
    for (int turn = 1; turn <= 3; ++turn) {
        const auto reached = limits.judge(planned_order({"new.shop.co.uk"}), kNow);
        REQUIRE(reached);
        CHECK(is_about(reached->until, kNow + turn * kPerDomain));
        CHECK((reached->message.find("more wait for it") != std::string::npos) == (turn > 1));
        limits.queue(*reached);
    }
    // None waits for ever without being looked at.
    for (int i = 0; i < 100; ++i)
        limits.queue(*limits.judge(planned_order({"new.shop.co.uk"}), kNow));
    CHECK(limits.judge(planned_order({"new.shop.co.uk"}), kNow)->until == kNow + kWeek);
}

TEST_CASE("a place that comes free is that of who waits for it", "[ca-limits][limits]") {
    Limits limits{certificates_below("shop.co.uk", 50, kNow)};
    const auto first = limits.judge(planned_order({"first.shop.co.uk"}), kNow);
    REQUIRE(first);
    limits.queue(*first);
    // One is free, and the turn of the first is to come.
    const auto free_at = kNow + kPerDomain;
    const auto second = limits.judge(planned_order({"second.shop.co.uk"}), free_at);
    REQUIRE(second);
    CHECK(is_about(second->until, kNow + 2 * kPerDomain));
    SECTION("once it has had its turn it waits no more") {
        auto taken = entry(EntryKind::certificate, first->until, {"first.shop.co.uk"});
        limits.note(taken);
        const auto third = limits.judge(planned_order({"third.shop.co.uk"}), first->until);
        REQUIRE(third);
        CHECK(is_about(third->until, kNow + 2 * kPerDomain));
        CHECK_FALSE(limits.judge(planned_order({"third.shop.co.uk"}), kNow + 2 * kPerDomain));
    }
    SECTION("who leaves it unused leaves it to the next") {
        CHECK_FALSE(limits.judge(planned_order({"third.shop.co.uk"}), first->until));
    }
}

TEST_CASE("an order for a set that was issued before is written down as a renewal",
          "[ca-limits][limits]") {
    auto certificate = entry(EntryKind::certificate, kNow - kDay, {"b.test", "a.test"});
    const Limits limits{{certificate}};
    for (const EntryKind kind : {EntryKind::order, EntryKind::certificate}) {
        auto again = entry(kind, kNow, {"a.test", "b.test"});
        limits.complete(again);
        CHECK(again.renewal);
        auto other = entry(kind, kNow, {"a.test"});
        limits.complete(other);
        CHECK_FALSE(other.renewal);
    }
    auto failure = entry(EntryKind::failure, kNow, {"a.test"});
    Limits{{entry(EntryKind::certificate, kNow - kDay, {"a.test"})}}.complete(failure);
    CHECK_FALSE(failure.renewal);
}

TEST_CASE("a domain that was never whole again is known to be used up without its old entries",
          "[ca-limits][limits]") {
    // 50 at once, then one each time that one comes back, for a month: nothing is ever left over.
    Limits all{{}};
    std::vector<Entry> young;
    const auto add = [&](Entry certificate) {
        all.complete(certificate);
        all.note(certificate);
        if (certificate.at > kNow + 30 * kDay - 8 * kDay) young.push_back(std::move(certificate));
    };
    for (const Entry& one : certificates_below("shop.co.uk", 50, kNow))
        add(one);
    int count = 0;
    for (auto at = kNow; at < kNow + 30 * kDay; at += kMinute) {
        const std::string name = "later" + std::to_string(count) + ".shop.co.uk";
        if (all.judge(planned_order({name}), at)) continue;
        ++count;
        add(entry(EntryKind::certificate, at, {name}));
    }
    CHECK(count == 214);  // 30 days have 213.9 intervals
    const auto end = kNow + 30 * kDay;
    const auto reached = Limits{young}.judge(planned_order({"next.shop.co.uk"}), end);
    REQUIRE(reached);
    CHECK(reached->until == all.judge(planned_order({"next.shop.co.uk"}), end)->until);
    // Without what the entries say of the older ones nearly all would be there again.
    for (Entry& one : young)
        one.whole_at.clear();
    CHECK_FALSE(Limits{young}.judge(planned_order({"next.shop.co.uk"}), end));
}

TEST_CASE("no entry makes an order wait without bound", "[ca-limits][limits]") {
    auto certificate = entry(EntryKind::certificate, kNow, {"a.shop.co.uk"});
    certificate.whole_at["certificates-per-domain shop.co.uk"] = kNow + 4000 * kDay;
    const auto reached = Limits{{certificate}}.judge(planned_order({"b.shop.co.uk"}), kNow);
    REQUIRE(reached);
    CHECK(is_about(reached->until, kNow + kPerDomain));
}

TEST_CASE("5 certificates of an exact set, renewals too, and one comes back each 34 hours",
          "[ca-limits][limits]") {
    auto sample = entry(EntryKind::certificate, kNow, {"b.test", "a.test"});
    sample.renewal = true;
    // Of those that its limits do not hold, the CA counts the certificates all the same.
    sample.exempt = GENERATE(false, true);
    PlannedOrder again = planned_order({"a.test", "b.test"});
    again.renewal = true;
    CHECK_FALSE(Limits{std::vector(4, sample)}.judge(again, kNow));
    const Limits full{std::vector(5, sample)};
    const auto reached = full.judge(again, kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kSet);
    CHECK(reached->key == "a.test,b.test");
    CHECK(reached->names.empty());
    CHECK(is_about(reached->until, kNow + std::chrono::seconds{kWeek} / 5));
    CHECK_THAT(reached->message, ContainsSubstring("used them up for a.test, b.test; "));
    CHECK_FALSE(full.judge(again, reached->until));
    // One name more or less is another set, and an exempt order is not held.
    CHECK_FALSE(full.judge(planned_order({"a.test"}), kNow));
    CHECK_FALSE(full.judge(planned_order({"a.test", "b.test", "c.test"}), kNow));
    again.exempt = true;
    CHECK_FALSE(full.judge(again, kNow));
}

TEST_CASE("5 failed validations of a name by an account, and one comes back each 12 minutes",
          "[ca-limits][limits]") {
    const auto failure = entry(EntryKind::failure, kNow, {"bad.test"});
    const PlannedOrder mixed =
        planned_order({"good.test", "*.bad.test", "bad.test", "www.bad.test"});
    CHECK_FALSE(Limits{std::vector(4, failure)}.judge(mixed, kNow));
    const Limits full{std::vector(5, failure)};
    const auto reached = full.judge(mixed, kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kFailures);
    CHECK(reached->key == "bad.test");
    CHECK(reached->names == Words{"*.bad.test", "bad.test"});
    CHECK(is_about(reached->until, kNow + 12 * kMinute));
    CHECK_THAT(reached->message, ContainsSubstring("that of bad.test has failed as often; "));
    CHECK_FALSE(full.judge(planned_order({"good.test"}), kNow));
    CHECK_FALSE(full.judge(mixed, reached->until));
    PlannedOrder stranger = mixed;
    stranger.account += "2";
    CHECK_FALSE(full.judge(stranger, kNow));
}

TEST_CASE("what was tried by force in vain makes no wait longer", "[ca-limits][limits]") {
    const auto failure = entry(EntryKind::failure, kNow, {"bad.test"});
    const auto reached =
        Limits{several(8, failure)}.judge(planned_order({"bad.test"}), kNow + 7 * kSecond);
    REQUIRE(reached);
    CHECK(is_about(reached->until, kNow + 12 * kMinute));
}

TEST_CASE("what happens in a run counts for its next orders", "[ca-limits][limits]") {
    Limits limits{several(4, entry(EntryKind::failure, kNow - 9 * kSecond, {"bad.test"}))};
    CHECK_FALSE(limits.judge(planned_order({"bad.test"}), kNow));
    limits.note(entry(EntryKind::failure, kNow, {"*.bad.test"}));
    CHECK(is_about(limits.judge(planned_order({"bad.test"}), kNow)->until, kNow + 12 * kMinute));
}

TEST_CASE("the numbers are those of one CA", "[ca-limits][limits]") {
    const std::string server =
        GENERATE(std::string{settings::kStagingServer}, std::string{"https://ca.test/dir"});
    auto entries = certificates_below("shop.co.uk", 60, kNow - kHour);
    for (const auto kind : {EntryKind::order, EntryKind::failure, EntryKind::certificate}) {
        const auto more = several(400, entry(kind, kNow - kHour / 2, {"a.shop.co.uk"}));
        entries.insert(entries.end(), more.begin(), more.end());
    }
    PlannedOrder there = planned_order({"a.shop.co.uk"});
    CHECK(Limits{entries}.judge(there, kNow));
    there.server = server;
    CHECK_FALSE(Limits{entries}.judge(there, kNow));
    for (Entry& one : entries)
        one.server = server;
    CHECK_FALSE(Limits{entries}.judge(there, kNow));
}

TEST_CASE("10 accounts, and one more each 18 minutes, for orders that need one",
          "[ca-limits][limits]") {
    auto registration = entry(EntryKind::registration, kNow, {});
    registration.account.clear();
    PlannedOrder first = planned_order({});
    first.account.clear();
    first.registers = true;
    CHECK_FALSE(Limits{std::vector(9, registration)}.judge(first, kNow));
    const Limits full{std::vector(10, registration)};
    const auto reached = full.judge(first, kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kRegistrations);
    CHECK(is_about(reached->until, kNow + 18 * kMinute));
    CHECK_FALSE(full.judge(first, reached->until));
    CHECK_FALSE(full.judge(planned_order({"a.test"}), kNow));
}
