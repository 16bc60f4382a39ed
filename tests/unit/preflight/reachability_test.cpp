#include "preflight/reachability.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "store/cause.h"

using Catch::Matchers::ContainsSubstring;
using preflight::Fetched;
using preflight::judge_reach;
using Kind = preflight::Fetched::Kind;

namespace {

constexpr preflight::HostAddresses kPublic{true, true};
constexpr preflight::HostAddresses kBehindNat{false, false};

Fetched at(const char* address, Kind kind, bool own = false) {
    Fetched fetched;
    fetched.address = address;
    fetched.is_ipv6 = fetched.address.find(':') != std::string::npos;
    fetched.is_own = own;
    fetched.kind = kind;
    fetched.evidence = kind == Kind::silent ? "connection refused" : "HTTP 404";
    return fetched;
}

std::string_view cause(const std::vector<Fetched>& fetched,
                       const preflight::HostAddresses& host = kPublic) {
    return judge_reach("a.test", fetched, host).cause;
}

}  // namespace

TEST_CASE("a name that answers right everywhere passes", "[preflight][design-4.3]") {
    CHECK(cause({at("192.0.2.1", Kind::right, true), at("2001:db8::1", Kind::right)}).empty());
    CHECK(cause({}).empty());
}

TEST_CASE("another server is told from a wrong AAAA record", "[preflight][design-4.3]") {
    CHECK(cause({at("192.0.2.1", Kind::right), at("2001:db8::9", Kind::wrong)}) ==
          store::cause::kAaaaMismatch);
    CHECK(cause({at("203.0.113.9", Kind::wrong)}) == store::cause::kOtherServer);
    // One of two: the CA may ask either.
    CHECK(cause({at("192.0.2.1", Kind::right), at("203.0.113.9", Kind::wrong)}) ==
          store::cause::kOtherServer);
    CHECK(cause({at("2001:db8::9", Kind::wrong)}) == store::cause::kOtherServer);
}

TEST_CASE("a silent AAAA record is a warning: CAs fall back to IPv4", "[preflight][design-4.3]") {
    const auto reach = judge_reach(
        "a.test", {at("192.0.2.1", Kind::right), at("2001:db8::9", Kind::silent)}, kPublic);
    CHECK(reach.cause.empty());
    REQUIRE(reach.warnings.size() == 1);
    CHECK_THAT(reach.warnings.front(), ContainsSubstring("2001:db8::9"));
}

TEST_CASE("proxies and redirects have causes of their own", "[preflight][design-4.3]") {
    Fetched wrong = at("203.0.113.9", Kind::wrong);
    wrong.has_proxy_marks = true;
    CHECK(cause({wrong}) == store::cause::kProxied);
    wrong.has_proxy_marks = false;
    wrong.redirect_host = "elsewhere.test";
    CHECK(cause({wrong}) == store::cause::kRedirected);
    wrong.redirect_host = "a.test";
    const auto to_https = judge_reach("a.test", {wrong}, kPublic);
    CHECK(to_https.cause.empty());
    CHECK(to_https.warnings.size() == 1);
}

TEST_CASE("silence: whose address it is decides", "[preflight][design-4.3]") {
    CHECK(cause({at("192.0.2.1", Kind::silent, true)}) == store::cause::kPortClosed);
    CHECK(cause({at("203.0.113.9", Kind::silent)}) == store::cause::kOtherServer);
    const auto nat = judge_reach("a.test", {at("203.0.113.9", Kind::silent)}, kBehindNat);
    CHECK(nat.cause.empty());
    CHECK(nat.warnings.size() == 1);
}

TEST_CASE("an address of this host is no other server, whatever answers there", "[preflight]") {
    auto own = at("192.0.2.2", Kind::wrong, true);
    SECTION("another program") {
        const auto reach = judge_reach("a.test", {own}, kPublic);
        CHECK(reach.cause == store::cause::kAddressTaken);
        CHECK(reach.reason ==
              "a.test is answered by another program of this host, at "
              "192.0.2.2: HTTP 404");
    }
    SECTION("one that may lead on to nginx") {
        own.redirect_host = "a.test";
        CHECK(cause({own}).empty());
    }
    SECTION("nginx, for an app that is bound to the address") {
        own.is_bound = true;
        own.redirect_host = GENERATE("", "a.test");
        const auto reach =
            judge_reach("a.test", {at("192.0.2.1", Kind::right, true), own}, kPublic);
        CHECK(reach.cause == store::cause::kAddressTaken);
        CHECK_THAT(reach.reason, ContainsSubstring("another app of this host"));
    }
}
