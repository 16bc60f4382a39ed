#include "ca/limits/backoff.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ca/limits/limits.h"
#include "ca/pause.h"

using ledger::BackoffScope;
using ledger::Entry;
using ledger::EntryKind;
using Words = std::vector<std::string>;

namespace {

constexpr auto kNow = base::from_unix(1'770'000'000);
constexpr auto kUntil = kNow + std::chrono::hours{2};
const std::string kServer = "https://ca.test/dir";
const std::string kAccount = "https://ca.test/acct/1";
const Words kNames{"*.in.x.test", "www.x.test", "y.test"};

acme::Failure limited(const std::string& detail) {
    acme::Failure failure = acme::fail(base::ErrorKind::rate_limited, "said", "https://ca.test/o");
    failure.status = 429;
    failure.error.retry_at = kUntil;
    failure.problem.emplace();
    failure.problem->type = "urn:ietf:params:acme:error:rateLimited";
    failure.problem->detail = detail;
    return failure;
}

std::vector<Entry> back_off(const acme::Failure& failure, const std::string& account = kAccount,
                            const Words& names = kNames) {
    return ca::limits::to_backoffs(failure, {kServer, account, names}, kNow);
}

/// `kind key` of each entry.
Words kinds_of(const std::vector<Entry>& entries) {
    Words kinds;
    for (const Entry& entry : entries)
        kinds.push_back(std::string{ledger::to_text(entry.scope)} + " " + entry.key);
    return kinds;
}

}  // namespace

TEST_CASE("an account's limit puts the account in backoff", "[ca-limits][limits]") {
    const std::string words =
        "too many new orders (300) from this account in the last 3h0m0s, retry after 2026-02-02 "
        "04:40:00 UTC: see https://letsencrypt.org/docs/rate-limits/#new-orders-per-account";
    const auto entries = back_off(limited(words));
    REQUIRE(entries.size() == 1);
    Entry expected;
    expected.kind = EntryKind::backoff;
    expected.at = kNow;
    expected.server = kServer;
    expected.account = kAccount;
    expected.scope = BackoffScope::account;
    expected.until = kUntil;
    expected.words = words;
    CHECK(entries[0] == expected);
    // Before there is one, the whole CA.
    const auto first = back_off(limited(words), "");
    CHECK(kinds_of(first) == Words{"ca "});
}

TEST_CASE("a limit of new accounts puts those alone in backoff", "[ca-limits][limits]") {
    acme::Failure failure =
        limited("too many new registrations (10) from this IP address in the last 3h0m0s");
    const auto refuse = [&] {
        return ca::limits::to_backoffs(failure, {kServer, "", kNames, true}, kNow);
    };
    CHECK(kinds_of(refuse()) == Words{"registration "});
    CHECK(refuse().at(0).until == kUntil);
    failure.status = 503;
    CHECK(kinds_of(refuse()) == Words{"ca "});
}

TEST_CASE("a limit of one name puts it in backoff and not those that have it in them",
          "[ca-limits][limits]") {
    const std::string said = GENERATE(
        "too many failed authorizations (5) for \"in.x.test\" in the last 1h0m0s, retry after "
        "2026-02-02 04:40:00 UTC: see https://letsencrypt.org/docs/rate-limits/#authorization-"
        "failures-per-hostname-per-account",
        "Too many failed validations for *.in.x.test.");
    CHECK(kinds_of(back_off(limited(said))) == Words{"name in.x.test"});
}

TEST_CASE("a paused name is in backoff with the page that frees it", "[ca-limits][limits]") {
    const std::string page = "https://portal.test/unpause?jwt=" + std::string(900, 'j');
    const std::string words =
        "Your account is temporarily prevented from requesting certificates for y.test and "
        "possibly others. Please visit: " +
        page;
    acme::Failure failure = limited(words);
    SECTION("with Retry-After") {
        const auto entries = back_off(failure);
        CHECK(kinds_of(entries) == Words{"name y.test"});
        CHECK(entries.at(0).until == kUntil);
        CHECK(entries.at(0).paused);
    }
    SECTION("without") {
        failure.error.retry_at.reset();
        const auto entries = back_off(failure);
        CHECK(kinds_of(entries) == Words{"name y.test"});
        CHECK(entries.at(0).until == kNow + ca::kPausePatience);
        CHECK(entries.at(0).words == words);
        CHECK(entries.at(0).paused);
    }
}

TEST_CASE("a pause that names no name holds exactly these", "[ca-limits][limits]") {
    acme::Failure failure = limited("Your account is paused: https://y.test/unpause?jwt=x.test");
    failure.error.retry_at.reset();
    CHECK(kinds_of(back_off(failure)) == Words{"set *.in.x.test,www.x.test,y.test"});
    const auto only = back_off(failure, kAccount, {"*.in.x.test"});
    CHECK(kinds_of(only) == Words{"name in.x.test"});
    CHECK(only.at(0).paused);
}

TEST_CASE("a limit with a link is no pause", "[ca-limits][limits]") {
    const auto entries = back_off(limited("too many new orders: see https://ca.test/why-paused"));
    CHECK(kinds_of(entries) == Words{"account "});
    CHECK_FALSE(entries.at(0).paused);
}

TEST_CASE("an exact set is in backoff as such", "[ca-limits][limits]") {
    const std::string of = GENERATE("domains", "identifiers");
    const auto entries =
        back_off(limited("too many certificates (5) already issued for this exact set of " + of +
                         " in the last 168h0m0s, retry after 2026-02-02 04:40:00 UTC"));
    CHECK(kinds_of(entries) == Words{"set *.in.x.test,www.x.test,y.test"});
}

TEST_CASE("a registered domain is in backoff with all below it", "[ca-limits][limits]") {
    CHECK(kinds_of(back_off(limited(
              "too many certificates (50) already issued for \"x.test\" in the "
              "last 168h0m0s, retry after 2026-02-02 04:40:00 UTC"))) == Words{"domain x.test"});
    CHECK(kinds_of(back_off(limited("The registered domain X.test had its share, y.test too"))) ==
          Words{"domain x.test", "domain y.test"});
}

TEST_CASE("a limit of a name that nobody ordered is the account's", "[ca-limits][limits]") {
    const std::string words =
        GENERATE("too many failed authorizations (5) for \"z.test\" in the last 1h0m0s",
                 "too many certificates (50) already issued for \"z.test\" in the last 168h0m0s",
                 "too many certificates in this test", "");
    CAPTURE(words);
    CHECK(kinds_of(back_off(limited(words))) == Words{"account "});
}

TEST_CASE("subproblems put the names they are about in backoff", "[ca-limits][limits]") {
    acme::Failure failure = limited("several names");
    const std::string type = "urn:ietf:params:acme:error:rateLimited";
    failure.problem->subproblems = {
        {type, "y is tired", acme::Identifier{"dns", "y.test"}},
        {type, "", acme::Identifier{"dns", "in.x.test"}},
        {"urn:ietf:params:acme:error:caa", "no", acme::Identifier{"dns", "www.x.test"}},
        {type, "who?", acme::Identifier{"dns", "z.test"}},
        {type, "nobody", std::nullopt}};
    const auto entries = back_off(failure);
    CHECK(kinds_of(entries) == Words{"name in.x.test", "name y.test"});
    CHECK(entries.at(0).words == "several names");
    CHECK(entries.at(1).words == "y is tired");
}

TEST_CASE("a CA that is not available is in backoff as a whole", "[ca-limits][limits]") {
    acme::Failure failure = limited("y.test: failed authorizations");
    failure.status = 503;
    if (GENERATE(false, true)) failure.problem.reset();
    const auto entries = back_off(failure);
    CHECK(kinds_of(entries) == Words{"ca "});
    CHECK(entries.at(0).account.empty());
    CHECK_FALSE(entries.at(0).words.empty());
}

TEST_CASE("a 429 without a problem is the account's", "[ca-limits][limits]") {
    acme::Failure failure = limited("");
    failure.problem.reset();
    const auto entries = back_off(failure);
    CHECK(kinds_of(entries) == Words{"account "});
    CHECK(entries.at(0).words == "said");
}

TEST_CASE("nothing is in backoff without a limit or a moment", "[ca-limits][limits]") {
    acme::Failure failure = limited("too many new orders from this account");
    SECTION("no moment") {
        failure.error.retry_at.reset();
    }
    SECTION("no limit") {
        failure.error.kind = base::ErrorKind::network;
        failure.problem.reset();
    }
    CHECK(back_off(failure).empty());
}

TEST_CASE("a backoff holds such an order back", "[ca-limits][limits]") {
    const auto [words, held] = GENERATE(
        std::pair{"too many new orders from this account", Words{}},
        std::pair{"too many failed authorizations (5) for \"in.x.test\"", Words{"*.in.x.test"}},
        std::pair{"too many certificates (5) already issued for this exact set of domains",
                  Words{}},
        std::pair{"too many certificates (50) already issued for \"x.test\"",
                  Words{"*.in.x.test", "www.x.test"}});
    CAPTURE(words);
    const ca::limits::Limits limits{back_off(limited(words))};
    const auto reached = limits.judge({kServer, kAccount, kNames}, kNow);
    REQUIRE(reached);
    CHECK(reached->names == held);
    CHECK(reached->until == kUntil);
}

TEST_CASE("a date that was mistyped does not stop renewals for months", "[ca-limits][limits]") {
    acme::Failure failure = limited("too many new orders from this account");
    failure.error.retry_at = kNow + std::chrono::hours{24 * 365};
    REQUIRE_FALSE(back_off(failure).empty());
    CHECK(back_off(failure).front().until == kNow + std::chrono::hours{24 * 7});
    failure.status = 503;
    CHECK(back_off(failure).front().until == kNow + std::chrono::hours{24});
}
