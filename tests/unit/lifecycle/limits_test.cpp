#include "lifecycle/limits.h"

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "dokku/settings.h"

using Catch::Matchers::ContainsSubstring;
using lifecycle::Limits;
using lifecycle::OrderWish;
using store::LedgerEntry;
using store::LedgerKind;
using store::ParkedKind;
using Words = std::vector<std::string>;

namespace limit = lifecycle::limit;

namespace {

constexpr auto kNow = base::from_unix(1'770'000'000);  // 2026-02-02 02:40:00 UTC
constexpr std::chrono::seconds kSecond{1};
constexpr std::chrono::hours kHour{1};
constexpr std::chrono::hours kWeek{24 * 7};
const std::string kServer{dokku::kProductionServer};
const std::string kAccount = "https://acme-v02.api.letsencrypt.org/acme/acct/1";

LedgerEntry entry(LedgerKind kind, base::UtcTime at, Words names) {
    LedgerEntry one;
    one.kind = kind;
    one.at = at;
    one.server = kServer;
    one.account = kAccount;
    one.names = std::move(names);
    return one;
}

/// `count` of them, a second apart, the oldest at `at`.
std::vector<LedgerEntry> several(int count, const LedgerEntry& sample) {
    std::vector<LedgerEntry> entries(static_cast<std::size_t>(count), sample);
    for (int i = 0; i < count; ++i)
        entries[static_cast<std::size_t>(i)].at += i * kSecond;
    return entries;
}

/// Certificates for names of their own below one domain.
std::vector<LedgerEntry> certificates_below(const std::string& domain, int count,
                                            base::UtcTime at) {
    auto entries = several(count, entry(LedgerKind::certificate, at, {}));
    for (std::size_t i = 0; i < entries.size(); ++i)
        entries[i].names = {"n" + std::to_string(i) + "." + domain};
    return entries;
}

LedgerEntry parked(ParkedKind kind, const std::string& key) {
    LedgerEntry one = entry(LedgerKind::parked, kNow - kHour, {});
    one.parked = kind;
    one.key = key;
    one.until = kNow + kHour;
    one.words = "not so fast";
    return one;
}

OrderWish wish(Words names) {
    return {kServer, kAccount, std::move(names)};
}

}  // namespace

TEST_CASE("an empty ledger holds nothing back", "[lifecycle][limits]") {
    CHECK_FALSE(Limits{{}}.judge(wish({"a.test"}), kNow));
}

TEST_CASE("300 orders of an account in 3 hours", "[lifecycle][limits]") {
    const auto start = kNow - 3 * kHour + kSecond;
    const auto order = entry(LedgerKind::order, start, {"a.test"});
    CHECK_FALSE(Limits{several(299, order)}.judge(wish({"b.test"}), kNow));
    const Limits full{several(300, order)};
    const auto reached = full.judge(wish({"b.test"}), kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kOrders);
    CHECK(reached->key == kAccount);
    CHECK(reached->names.empty());
    CHECK(reached->until == kNow + kSecond);
    CHECK_THAT(reached->message, ContainsSubstring("has placed 300"));
    // The first of them leaves the window: one more, and not a second one.
    CHECK_FALSE(full.judge(wish({"b.test"}), reached->until));
    auto one_more = several(300, order);
    one_more.push_back(entry(LedgerKind::order, reached->until, {"b.test"}));
    CHECK(Limits{one_more}.judge(wish({"c.test"}), reached->until)->until ==
          reached->until + kSecond);
}

TEST_CASE("orders of another account, renewals and replacements do not count",
          "[lifecycle][limits]") {
    auto sample = entry(LedgerKind::order, kNow - kHour, {"a.test"});
    SECTION("another account") {
        sample.account += "2";
    }
    SECTION("renewals") {
        sample.renewal = true;
    }
    SECTION("accepted with replaces") {
        sample.exempt = true;
    }
    SECTION("another CA") {
        sample.server = "https://ca.test/dir";
    }
    CHECK_FALSE(Limits{several(400, sample)}.judge(wish({"b.test"}), kNow));
}

TEST_CASE("a renewal and a replacement are not orders that count", "[lifecycle][limits]") {
    const Limits full{several(300, entry(LedgerKind::order, kNow - kHour, {"a.test"}))};
    OrderWish again = wish({"b.test"});
    REQUIRE(full.judge(again, kNow));
    SECTION("renewal") {
        again.renewal = true;
    }
    SECTION("replaces") {
        again.replaces = true;
    }
    CHECK_FALSE(full.judge(again, kNow));
}

TEST_CASE("50 certificates of a registered domain in 7 days", "[lifecycle][limits]") {
    const auto start = kNow - kWeek + kSecond;
    const OrderWish mixed = wish({"other.test", "new.shop.co.uk", "*.shop.co.uk"});
    CHECK_FALSE(Limits{certificates_below("shop.co.uk", 49, start)}.judge(mixed, kNow));
    const Limits full{certificates_below("shop.co.uk", 50, start)};
    const auto reached = full.judge(mixed, kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kDomain);
    CHECK(reached->key == "shop.co.uk");
    CHECK(reached->names == Words{"new.shop.co.uk", "*.shop.co.uk"});
    CHECK(reached->until == kNow + kSecond);
    CHECK_THAT(reached->message, ContainsSubstring("50 certificates for shop.co.uk") &&
                                     ContainsSubstring("got 50; the next is possible from "
                                                       "2026-02-02 02:41 UTC"));
    CHECK_FALSE(full.judge(wish({"other.test"}), kNow));
    CHECK_FALSE(full.judge(mixed, reached->until));
    // Whoever got them: the domain has one allowance.
    OrderWish stranger = mixed;
    stranger.account += "2";
    CHECK(full.judge(stranger, kNow));
}

TEST_CASE("a domain is free for renewals and replacements", "[lifecycle][limits]") {
    const Limits full{certificates_below("shop.co.uk", 50, kNow - kHour)};
    CHECK(full.judge(wish({"new.shop.co.uk"}), kNow));
    OrderWish again = wish({"old.shop.co.uk"});
    SECTION("known to the caller") {
        again.renewal = true;
    }
    SECTION("seen in the ledger") {
        again.names = {"n7.shop.co.uk"};
    }
    SECTION("replaces") {
        again.replaces = true;
    }
    CHECK_FALSE(full.judge(again, kNow));
}

TEST_CASE("certificates that the CA exempts do not use a domain up", "[lifecycle][limits]") {
    auto entries = certificates_below("shop.co.uk", 60, kNow - kHour);
    const bool renewed = GENERATE(false, true);
    for (LedgerEntry& one : entries)
        (renewed ? one.renewal : one.exempt) = true;
    CHECK_FALSE(Limits{entries}.judge(wish({"new.shop.co.uk"}), kNow));
}

TEST_CASE("a certificate counts once for each registered domain", "[lifecycle][limits]") {
    auto entries = certificates_below("shop.co.uk", 49, kNow - kHour);
    for (LedgerEntry& one : entries)
        one.names.insert(one.names.end(), {"www.shop.co.uk", "blog.test"});
    const Limits limits{entries};
    CHECK_FALSE(limits.judge(wish({"new.shop.co.uk"}), kNow));
    CHECK_FALSE(limits.judge(wish({"new.blog.test"}), kNow));
}

TEST_CASE("5 certificates of an exact set in 7 days, renewals too", "[lifecycle][limits]") {
    auto sample = entry(LedgerKind::certificate, kNow - kWeek + kSecond, {"b.test", "a.test"});
    sample.renewal = true;
    OrderWish again = wish({"a.test", "b.test"});
    again.renewal = true;
    CHECK_FALSE(Limits{several(4, sample)}.judge(again, kNow));
    const Limits full{several(5, sample)};
    const auto reached = full.judge(again, kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kSet);
    CHECK(reached->key == "a.test,b.test");
    CHECK(reached->names.empty());
    CHECK(reached->until == kNow + kSecond);
    CHECK_THAT(reached->message, ContainsSubstring("got 5 for a.test, b.test; "));
    CHECK_FALSE(full.judge(again, reached->until));
    // One name more or less is another set, and `replaces` makes it free.
    CHECK_FALSE(full.judge(wish({"a.test"}), kNow));
    CHECK_FALSE(full.judge(wish({"a.test", "b.test", "c.test"}), kNow));
    again.replaces = true;
    CHECK_FALSE(full.judge(again, kNow));
}

TEST_CASE("5 failed validations of a name by an account in an hour", "[lifecycle][limits]") {
    const auto failure = entry(LedgerKind::failure, kNow - kHour + kSecond, {"bad.test"});
    const OrderWish mixed = wish({"good.test", "*.bad.test", "bad.test", "www.bad.test"});
    CHECK_FALSE(Limits{several(4, failure)}.judge(mixed, kNow));
    const Limits full{several(5, failure)};
    const auto reached = full.judge(mixed, kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kFailures);
    CHECK(reached->key == "bad.test");
    CHECK(reached->names == Words{"*.bad.test", "bad.test"});
    CHECK(reached->until == kNow + kSecond);
    CHECK_THAT(reached->message, ContainsSubstring("that of bad.test did 5 times; "));
    CHECK_FALSE(full.judge(wish({"good.test"}), kNow));
    CHECK_FALSE(full.judge(mixed, reached->until));
    OrderWish stranger = mixed;
    stranger.account += "2";
    CHECK_FALSE(full.judge(stranger, kNow));
}

TEST_CASE("what was placed by force has to leave too", "[lifecycle][limits]") {
    const auto failure = entry(LedgerKind::failure, kNow - kHour / 2, {"bad.test"});
    const auto reached = Limits{several(8, failure)}.judge(wish({"bad.test"}), kNow);
    REQUIRE(reached);
    // Four may stay: the fourth of the eight is the last that has to go.
    CHECK(reached->until == failure.at + 3 * kSecond + kHour);
    CHECK_THAT(reached->message, ContainsSubstring("8 times"));
}

TEST_CASE("what happens in a run counts for its next orders, in any order", "[lifecycle][limits]") {
    Limits limits{several(3, entry(LedgerKind::failure, kNow - 9 * kSecond, {"bad.test"}))};
    limits.note(entry(LedgerKind::failure, kNow, {"bad.test"}));
    CHECK_FALSE(limits.judge(wish({"bad.test"}), kNow));
    limits.note(entry(LedgerKind::failure, kNow - 30 * kSecond, {"*.bad.test"}));
    CHECK(limits.judge(wish({"bad.test"}), kNow)->until == kNow - 30 * kSecond + kHour);
}

TEST_CASE("the numbers are those of one CA", "[lifecycle][limits]") {
    const std::string server =
        GENERATE(std::string{dokku::kStagingServer}, std::string{"https://ca.test/dir"});
    auto entries = certificates_below("shop.co.uk", 60, kNow - kHour);
    for (const auto kind : {LedgerKind::order, LedgerKind::failure, LedgerKind::certificate}) {
        const auto more = several(400, entry(kind, kNow - kHour / 2, {"a.shop.co.uk"}));
        entries.insert(entries.end(), more.begin(), more.end());
    }
    OrderWish there = wish({"a.shop.co.uk"});
    CHECK(Limits{entries}.judge(there, kNow));
    there.server = server;
    CHECK_FALSE(Limits{entries}.judge(there, kNow));
    for (LedgerEntry& one : entries)
        one.server = server;
    CHECK_FALSE(Limits{entries}.judge(there, kNow));
}

TEST_CASE("what a CA parked is held until its moment, at any CA", "[lifecycle][limits]") {
    const std::string server =
        GENERATE(std::string{"https://ca.test/dir"}, kServer, std::string{dokku::kStagingServer});
    auto whole = parked(ParkedKind::ca, "");
    whole.server = server;
    whole.account.clear();
    const Limits limits{{whole}};
    OrderWish there = wish({"a.test"});
    there.server = server;
    there.replaces = GENERATE(false, true);
    const auto reached = limits.judge(there, kNow);
    REQUIRE(reached);
    CHECK(reached->limit == limit::kParked);
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

TEST_CASE("a parked account is that account at that CA", "[lifecycle][limits]") {
    const Limits limits{{parked(ParkedKind::account, "")}};
    const auto reached = limits.judge(wish({"a.test"}), kNow);
    REQUIRE(reached);
    CHECK(reached->names.empty());
    CHECK_THAT(reached->message, ContainsSubstring("by this account"));
    OrderWish other = wish({"a.test"});
    other.account += "2";
    CHECK_FALSE(limits.judge(other, kNow));
    other = wish({"a.test"});
    other.server = "https://ca.test/dir";
    CHECK_FALSE(limits.judge(other, kNow));
}

TEST_CASE("a parked name holds nothing back but itself", "[lifecycle][limits]") {
    const Limits limits{{parked(ParkedKind::name, "a.test")}};
    const auto reached = limits.judge(wish({"b.test", "*.a.test", "www.a.test", "a.test"}), kNow);
    REQUIRE(reached);
    CHECK(reached->key == "a.test");
    CHECK(reached->names == Words{"*.a.test", "a.test"});
    CHECK_THAT(reached->message, ContainsSubstring("for a.test: "));
    CHECK_FALSE(limits.judge(wish({"b.test", "www.a.test"}), kNow));
    OrderWish other = wish({"a.test"});
    other.account += "2";
    CHECK_FALSE(limits.judge(other, kNow));
}

TEST_CASE("a parked domain holds all below it back", "[lifecycle][limits]") {
    const Limits limits{{parked(ParkedKind::domain, "a.test")}};
    const auto reached =
        limits.judge(wish({"b.test", "x.y.a.test", "a.test", "*.a.test", "aa.test"}), kNow);
    REQUIRE(reached);
    CHECK(reached->key == "a.test");
    CHECK(reached->names == Words{"x.y.a.test", "a.test", "*.a.test"});
    CHECK_FALSE(limits.judge(wish({"b.test", "aa.test"}), kNow));
    // The CA counts it whoever asks.
    OrderWish other = wish({"x.a.test"});
    other.account += "2";
    CHECK(limits.judge(other, kNow));
}

TEST_CASE("a parked set holds no other set back", "[lifecycle][limits]") {
    const Limits limits{{parked(ParkedKind::set, "*.a.test,b.test,c.test,d.test,e.test")}};
    const Words names{"b.test", "*.a.test", "e.test", "d.test", "c.test"};
    const auto reached = limits.judge(wish(names), kNow);
    REQUIRE(reached);
    CHECK(reached->names.empty());
    CHECK_THAT(reached->message, ContainsSubstring("(*.a.test, b.test, c.test and 2 more)"));
    CHECK_FALSE(limits.judge(wish({"b.test", "*.a.test"}), kNow));
}

TEST_CASE("what the CA said last holds", "[lifecycle][limits]") {
    auto later = parked(ParkedKind::name, "a.test");
    later.at = kNow - kSecond;
    later.until = kNow + 5 * kSecond;
    const auto first = parked(ParkedKind::name, "a.test");
    for (const auto& entries : {std::vector{first, later}, std::vector{later, first}}) {
        CHECK(Limits{entries}.judge(wish({"a.test"}), kNow)->until == later.until);
    }
}

TEST_CASE("who leaves names out gets to the end", "[lifecycle][limits]") {
    auto entries = certificates_below("shop.co.uk", 50, kNow - kHour);
    for (const char* name : {"a.test", "b.test"})
        entries.push_back(parked(ParkedKind::name, name));
    const auto failures = several(5, entry(LedgerKind::failure, kNow - kHour / 2, {"c.test"}));
    entries.insert(entries.end(), failures.begin(), failures.end());
    const Limits limits{entries};
    OrderWish rest = wish({"new.shop.co.uk", "a.test", "b.test", "c.test", "good.test"});
    Words held;
    while (const auto reached = limits.judge(rest, kNow)) {
        REQUIRE(reached->names.size() == 1);
        held.push_back(reached->names.front());
        std::erase(rest.names, held.back());
    }
    CHECK(held == Words{"new.shop.co.uk", "a.test", "b.test", "c.test"});
    CHECK(rest.names == Words{"good.test"});
}

TEST_CASE("the operator is told the moment and what to type", "[lifecycle][limits]") {
    const Limits limits{{parked(ParkedKind::ca, "")}};
    const auto reached = limits.judge(wish({"a.test"}), kNow);
    REQUIRE(reached);
    const base::Error error = lifecycle::to_error(*reached, "shop");
    CHECK(error.kind == base::ErrorKind::rate_limited);
    CHECK(error.message == reached->message);
    CHECK(error.retry_at == kNow + kHour);
    REQUIRE(error.steps.size() == 1);
    CHECK_THAT(error.steps[0], ContainsSubstring("dokku letsencrypt:enable shop --force"));
}

TEST_CASE("a CA's words do not reach the terminal as they are", "[lifecycle][limits]") {
    auto whole = parked(ParkedKind::ca, "");
    whole.words = "\x1b[31mred";
    const auto reached = Limits{{whole}}.judge(wish({"a.test"}), kNow);
    REQUIRE(reached);
    CHECK(reached->message.find('\x1b') == std::string::npos);
}
