#include "dns/caa.h"

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dns_world.h"

using Catch::Matchers::ContainsSubstring;
using dns::Caa;
using dns::CaaSet;
using dns::RecordType;
using dns::why_forbidden;

namespace {

const std::string kAccount = "https://ca.test/acct/1";

CaaSet set_of(const std::vector<Caa>& records) {
    return {"shop.test", records};
}

Caa issue(const std::string& value) {
    return {false, "issue", value};
}
Caa issuewild(const std::string& value) {
    return {false, "issuewild", value};
}

dns::CaaRequest request(bool wildcard = false) {
    return {{"letsencrypt.org"}, wildcard, kAccount, "http-01"};
}

test::DnsReply only_for(const std::string& owner, const std::string& issuer) {
    return {{test::caa_record(owner, 0, "issue", issuer)}};
}

test::DnsReply silent() {
    test::DnsReply reply;
    reply.silent = true;
    return reply;
}

}  // namespace

TEST_CASE("the closest ancestor with CAA records decides", "[dns][rfc8659-3]") {
    test::DnsServer server;
    const dns::Resolver resolver{test::real_dns(), {.servers = {server.address()}}};
    server.answer("test", RecordType::caa, only_for("test", "b.test"));
    server.answer("shop.test", RecordType::caa, only_for("shop.test", "a.test"));
    server.answer("www.shop.test", RecordType::a, {{test::a_record("www.shop.test", "192.0.2.7")}});
    const std::string name = GENERATE("WWW.shop.test.", "no.such.name.shop.test", "shop.test");
    CAPTURE(name);
    const auto found = test::run(dns::find_caa(resolver, name));
    REQUIRE(found);
    CHECK(found->owner == "shop.test");
    CHECK(found->records == std::vector<Caa>{issue("a.test")});
    CHECK(server.asked("test", RecordType::caa) == 0);
    CHECK(test::run(dns::find_caa(resolver, "other.test"))->owner == "test");
    CHECK_FALSE(test::run(dns::find_caa(resolver, "shop.example")));
}

TEST_CASE("an alias leads to the records of its target, not to those above that",
          "[dns][rfc8659-3]") {
    test::DnsServer server;
    const dns::Resolver resolver{test::real_dns(), {.servers = {server.address()}}};
    server.answer("www.shop.test", RecordType::caa,
                  {{test::cname_record("www.shop.test", "x.cdn.test"),
                    test::caa_record("x.cdn.test", 0, "issue", "a.test")}});
    const auto found = test::run(dns::find_caa(resolver, "www.shop.test"));
    REQUIRE(found);
    CHECK(found->owner == "x.cdn.test");
    CHECK(found->records == std::vector<Caa>{issue("a.test")});

    server.answer("old.shop.test", RecordType::caa,
                  {{test::cname_record("old.shop.test", "y.cdn.test")}});
    server.answer("cdn.test", RecordType::caa, only_for("cdn.test", "b.test"));
    server.answer("shop.test", RecordType::caa, only_for("shop.test", "c.test"));
    CHECK(test::run(dns::find_caa(resolver, "old.shop.test"))->owner == "shop.test");
}

TEST_CASE("servers that say nothing forbid nothing", "[dns]") {
    test::DnsServer server;
    const dns::Resolver resolver{
        test::real_dns(),
        {.servers = {server.address()}, .deadline = std::chrono::milliseconds{300}}};
    server.answer("shop.test", RecordType::caa, only_for("shop.test", "a.test"));
    server.answer("www.shop.test", RecordType::caa,
                  GENERATE(silent(), test::DnsReply{{}, test::kServFail},
                           test::DnsReply{{}, test::kRefused}, test::DnsReply{{}, test::kNotImp}));
    CHECK_FALSE(test::run(dns::find_caa(resolver, "www.shop.test")));
    CHECK(server.asked("shop.test", RecordType::caa) == 0);
}

TEST_CASE("the zone's servers know better than a resolver that remembers", "[dns]") {
    test::DnsWorld world;
    world.recursive.answer("shop.test", RecordType::caa, only_for("shop.test", "old.test"));
    SECTION("another record") {
        world.answer("shop.test", RecordType::caa, {only_for("shop.test", "new.test")});
        const auto found = test::run(dns::find_authoritative_caa(world.resolver, "www.shop.test"));
        REQUIRE(found);
        REQUIRE(*found);
        CHECK((*found)->owner == "shop.test");
        CHECK((*found)->records == std::vector<Caa>{issue("new.test")});
    }
    SECTION("one of the name's own") {
        world.answer("www.shop.test", RecordType::caa, {only_for("www.shop.test", "own.test")});
        const auto found = test::run(dns::find_authoritative_caa(world.resolver, "www.shop.test"));
        REQUIRE(found);
        REQUIRE(*found);
        CHECK((*found)->owner == "www.shop.test");
    }
    SECTION("none that says anything") {
        world.answer("www.shop.test", RecordType::caa, {{{}, test::kRefused}});
        CHECK_FALSE(test::run(dns::find_authoritative_caa(world.resolver, "www.shop.test")));
    }
    CHECK(test::run(dns::find_caa(world.resolver, "www.shop.test"))->records ==
          std::vector<Caa>{issue("old.test")});
}

TEST_CASE("a CA is allowed if it is named, whatever the case", "[dns][rfc8659-4.2]") {
    const std::string value = GENERATE("letsencrypt.org", "LetsEncrypt.ORG", " letsencrypt.org ; ",
                                       "letsencrypt.org; policy=ev", "letsencrypt.org;a=1;");
    CAPTURE(value);
    CHECK_FALSE(why_forbidden(set_of({issue("a.test"), issue(value)}), request()));
}

TEST_CASE("the sentence shows the records that do not name the CA", "[dns][rfc8659-4.2]") {
    CHECK(
        why_forbidden(set_of({{false, "iodef", "mailto:x"}, issue("a.test"), {true, "issue", ";"}}),
                      request()) ==
        "the CAA records of shop.test do not allow letsencrypt.org: 0 issue \"a.test\", "
        "128 issue \";\"");
    CHECK(why_forbidden(set_of({issue("")}), request()));
    CHECK(why_forbidden(set_of({issue("www.letsencrypt.org")}), request()));
    const auto hostile =
        why_forbidden(set_of({issue("\x1b[2J\n" + std::string(5000, 'x'))}), request());
    REQUIRE(hostile);
    CHECK_THAT(*hostile, !ContainsSubstring("\x1b") && !ContainsSubstring("\n"));
    CHECK(hostile->size() < 700);
}

TEST_CASE("a CA may go by several names", "[dns]") {
    auto several = request();
    several.issuers = {"one.test", "Two.test"};
    CHECK_FALSE(why_forbidden(set_of({issue("two.test")}), several));
    CHECK_THAT(why_forbidden(set_of({issue("a.test")}), several).value(),
               ContainsSubstring("one.test or Two.test"));
    several.issuers = {""};
    CHECK(why_forbidden(set_of({issue(";")}), several));
}

TEST_CASE("a value that breaks the grammar allows nobody", "[dns][rfc8659-4.2]") {
    const std::string value =
        GENERATE("letsencrypt.org; policy", "letsencrypt.org; a_b=1", "letsencrypt.org; -a=1",
                 "letsencrypt.org; =1", "letsencrypt.org;; a=1", "letsencrypt.org policy=ev",
                 "letsencrypt.org; validationmethods=dns-01, http-01", "letsencrypt.org; a=\x7f");
    CAPTURE(value);
    CHECK_THAT(why_forbidden(set_of({issue(value)}), request()).value(),
               ContainsSubstring("do not allow letsencrypt.org"));
}

TEST_CASE("issuewild outranks issue for wildcards, and only for them", "[dns][rfc8659-4.3]") {
    const auto set = set_of({issue("letsencrypt.org"), issuewild(";")});
    CHECK_FALSE(why_forbidden(set, request(false)));
    CHECK_THAT(why_forbidden(set, request(true)).value(), ContainsSubstring("0 issuewild \";\""));
    CHECK_FALSE(why_forbidden(set_of({issue(";"), issuewild("letsencrypt.org")}), request(true)));
    CHECK(why_forbidden(set_of({issue(";"), issuewild("letsencrypt.org")}), request(false)));
    CHECK_FALSE(why_forbidden(set_of({issuewild("a.test")}), request(false)));
    CHECK_FALSE(why_forbidden(set_of({issue("letsencrypt.org")}), request(true)));
    CHECK(why_forbidden(set_of({issue("a.test")}), request(true)));
}

TEST_CASE("records of other properties allow every CA", "[dns][rfc8659-4]") {
    CHECK_FALSE(why_forbidden(set_of({{false, "iodef", "mailto:a@b.test"}}), request()));
    CHECK_FALSE(why_forbidden(set_of({{false, "issuemail", ";"}}), request(true)));
}

TEST_CASE("an account may be demanded", "[dns][rfc8657-3]") {
    const auto with = [](const std::string& parameters) {
        return why_forbidden(set_of({issue("letsencrypt.org" + parameters)}), request());
    };
    CHECK_FALSE(with("; accounturi=" + kAccount));
    CHECK_FALSE(with(";unknown=1; AccountURI = " + kAccount));
    CHECK(with("; accounturi=https://ca.test/acct/2") ==
          "the CAA records of shop.test allow letsencrypt.org, but not for the account "
          "https://ca.test/acct/1: 0 issue \"letsencrypt.org; "
          "accounturi=https://ca.test/acct/2\"");
    CHECK(with("; accounturi=" + kAccount + "; accounturi=https://ca.test/acct/2"));
    CHECK(with("; accounturi="));
    // Another record may allow it.
    CHECK_FALSE(why_forbidden(set_of({issue("letsencrypt.org; accounturi=x"),
                                      issue("letsencrypt.org; accounturi=" + kAccount)}),
                              request()));
}

TEST_CASE("the records that name an account are those that demand it", "[dns][rfc8657-3]") {
    const auto set =
        set_of({issue("letsencrypt.org; accounturi=" + kAccount),
                issuewild("letsencrypt.org;validationmethods=dns-01; AccountURI=" + kAccount),
                issue("letsencrypt.org; accounturi=https://ca.test/acct/10"),
                issue("letsencrypt.org"),
                {false, "iodef", "mailto:x@ca.test; accounturi=" + kAccount}});
    CHECK(dns::records_naming_account(set, kAccount) ==
          std::vector<std::string>{
              "shop.test 0 issue \"letsencrypt.org; accounturi=" + kAccount + "\"",
              "shop.test 0 issuewild \"letsencrypt.org;validationmethods=dns-01; AccountURI=" +
                  kAccount + "\""});
}

TEST_CASE("an account that is not known yet is not ruled out", "[dns][rfc8657-3]") {
    auto early = request();
    early.account_url.clear();
    CHECK_FALSE(why_forbidden(set_of({issue("letsencrypt.org; accounturi=x")}), early));
    CHECK(why_forbidden(set_of({issue("letsencrypt.org; accounturi=x; validationmethods=dns-01")}),
                        early));
}

TEST_CASE("a way of validation may be demanded", "[dns][rfc8657-4]") {
    const auto with = [](const std::string& parameters) {
        return why_forbidden(set_of({issue("letsencrypt.org" + parameters)}), request());
    };
    CHECK_FALSE(with("; validationmethods=http-01"));
    CHECK_FALSE(with("; validationmethods=dns-01,http-01"));
    CHECK(with(";validationmethods=dns-01") ==
          "the CAA records of shop.test allow letsencrypt.org, but not by http-01: 0 issue "
          "\"letsencrypt.org;validationmethods=dns-01\"");
    CHECK(with("; validationmethods="));
    CHECK(with("; validationmethods=http-01; accounturi=x"));
    // Each record holds as a whole.
    CHECK_THAT(
        why_forbidden(set_of({issue("letsencrypt.org; accounturi=x"),
                              issue("letsencrypt.org; validationmethods=dns-01"), issue("a.test")}),
                      request())
            .value(),
        ContainsSubstring("but not by http-01: 0 issue \"letsencrypt.org; accounturi=x\", 0 issue "
                          "\"letsencrypt.org; validationmethods=dns-01\""));
}

TEST_CASE("a critical property that nobody knows forbids", "[dns][rfc8659-4.1]") {
    CHECK_THAT(
        why_forbidden(set_of({issue("letsencrypt.org"), {true, "future", "x"}}), request()).value(),
        ContainsSubstring("shop.test") && ContainsSubstring("128 future \"x\""));
    CHECK_FALSE(why_forbidden(set_of({{false, "future", "x"}}), request()));
    CHECK_FALSE(why_forbidden(set_of({{true, "iodef", "mailto:a@b.test"}}), request()));
    CHECK_FALSE(why_forbidden(set_of({{true, "issue", "letsencrypt.org"}}), request()));
}

TEST_CASE("of a CA without identities nothing can be said", "[dns]") {
    auto unknown = request();
    unknown.issuers.clear();
    CHECK_FALSE(why_forbidden(set_of({issue(";"), {true, "future", "x"}}), unknown));
}
