#include "ca/names.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "store/cause.h"

using ca::ChallengeKind;
using Words = std::vector<std::string>;

TEST_CASE("names keep their order and count once, whatever their spelling", "[ca]") {
    const std::string idn = std::string{"b\xc3\xbc"} + "cher.test";
    const auto choice = ca::choose_names({"b.test", "A.test", "a.test.", idn, "xn--bcher-kva.test"},
                                         ChallengeKind::http, {});
    CHECK(ca::to_texts(choice.names) == Words{"b.test", "a.test", "xn--bcher-kva.test"});
    CHECK(choice.left_out.empty());
}

TEST_CASE("a name that cannot be ordered does not hold back the others", "[ca][design-2.2]") {
    const auto choice =
        ca::choose_names({"foo*bar.test", "a.test", "localhost"}, ChallengeKind::http, {});
    CHECK(ca::to_texts(choice.names) == Words{"a.test"});
    REQUIRE(choice.left_out.size() == 2);
    CHECK(choice.left_out[0].domain == "foo*bar.test");
    CHECK(choice.left_out[0].reason.kind == base::ErrorKind::invalid_input);
    CHECK_FALSE(choice.left_out[0].reason.message.empty());
    CHECK(choice.left_out[1].domain == "localhost");
}

TEST_CASE("a wildcard needs DNS-01", "[ca][rfc8555-8.3]") {
    const auto http = ca::choose_names({"*.a.test"}, ChallengeKind::http, {});
    CHECK(http.names.empty());
    REQUIRE(http.left_out.size() == 1);
    CHECK(http.left_out[0].reason.message ==
          "'*.a.test' is a wildcard, which needs the DNS-01 challenge");
    CHECK(http.left_out[0].reason.steps ==
          Words{"Set a DNS provider: dokku letsencrypt:set <app> dns-provider <name>"});

    const auto dns = ca::choose_names({"*.a.test"}, ChallengeKind::dns, {});
    CHECK(ca::to_texts(dns.names) == Words{"*.a.test"});
    CHECK(dns.left_out.empty());
}

TEST_CASE("an IPv4 address needs HTTP-01", "[ca][rfc8738-7]") {
    const Words domains{"a.test", "192.0.2.1", "192.0.2.1"};
    const auto http = ca::choose_names(domains, ChallengeKind::http, {});
    CHECK(ca::to_texts(http.names) == Words{"a.test", "192.0.2.1"});
    CHECK(http.names[1].is_address());
    CHECK_FALSE(http.names[0].is_address());
    CHECK(http.left_out.empty());

    const auto dns = ca::choose_names({"a.test", "192.0.2.1"}, ChallengeKind::dns, {});
    CHECK(ca::to_texts(dns.names) == Words{"a.test"});
    REQUIRE(dns.left_out.size() == 1);
    CHECK(dns.left_out[0].cause == "bad-name");
    CHECK(dns.left_out[0].reason.message ==
          "'192.0.2.1' is an IP address, which the DNS-01 challenge cannot certify");

    const auto any = ca::choose_names({"*.a.test", "192.0.2.1"}, ChallengeKind::any, {});
    CHECK(ca::to_texts(any.names) == Words{"*.a.test", "192.0.2.1"});
    const auto excluded = ca::choose_names(domains, ChallengeKind::http, {"192.0.2.1"});
    CHECK(ca::to_texts(excluded.names) == Words{"a.test"});
}

TEST_CASE("of no domains there are no names", "[ca]") {
    const auto choice = ca::choose_names({}, ChallengeKind::http, {});
    CHECK(choice.names.empty());
    CHECK(choice.left_out.empty());
}

TEST_CASE("a name is excluded in whichever spelling it stands", "[ca][design-2.2]") {
    const std::string idn = std::string{"b\xc3\xbc"} + "cher.test";
    const std::string label = "xn--bcher-kva.test";
    for (const auto& [domain, pattern] :
         {std::pair{idn, label}, std::pair{idn, idn}, std::pair{label, label}}) {
        CAPTURE(domain, pattern);
        const auto choice = ca::choose_names({domain, "a.test"}, ChallengeKind::http, {pattern});
        CHECK(ca::to_texts(choice.names) == Words{"a.test"});
        REQUIRE(choice.left_out.size() == 1);
        CHECK(choice.left_out[0].domain == label);
        CHECK(choice.left_out[0].cause == store::cause::kExcluded);
    }
}

TEST_CASE("each name that is left out says why in a word", "[ca][design-2.2]") {
    const auto choice = ca::choose_names({"*.out.test", "*.a.test", "localhost"},
                                         ChallengeKind::http, {"*.out.test"});
    REQUIRE(choice.left_out.size() == 3);
    // Who excludes a name is not told what else it lacks.
    CHECK(choice.left_out[0].cause == store::cause::kExcluded);
    CHECK(choice.left_out[1].cause == store::cause::kWildcard);
    CHECK(choice.left_out[2].cause == store::cause::kBadName);
}
