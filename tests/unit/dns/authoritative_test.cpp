#include "dns/authoritative.h"

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dns_world.h"

using dns::find_authoritative;
using dns::follow_alias;
using dns::RecordType;
using dns::Reply;
using test::DnsReply;
using test::DnsWorld;
using Values = std::vector<std::string>;

namespace {

DnsReply silent() {
    DnsReply reply;
    reply.silent = true;
    return reply;
}

/// What a server says that does not speak for the zone.
DnsReply not_authoritative(DnsReply reply) {
    reply.authoritative = false;
    return reply;
}

}  // namespace

TEST_CASE("the closest zone around a name has the servers that speak for it", "[dns]") {
    DnsWorld world;
    const std::string name =
        GENERATE("shop.test", "www.shop.test", "_acme-challenge.a.b.shop.test", "WWW.Shop.Test.");
    CAPTURE(name);
    const auto zone = test::run(find_authoritative(world.resolver, name));
    CHECK(zone.name == "shop.test");
    CHECK(zone.servers == std::vector{world.first.address(), world.second.address()});
    CHECK(world.recursive.asked("test", RecordType::ns) == 0);
}

TEST_CASE("servers are found by both families, each address once", "[dns]") {
    DnsWorld world;
    world.recursive.answer("ns1.shop.test", RecordType::aaaa,
                           {{test::aaaa_record("ns1.shop.test", "2001:db8::53")}});
    world.recursive.answer("ns2.shop.test", RecordType::a,
                           {{test::a_record("ns2.shop.test", "127.0.0.2")}});
    const auto zone = test::run(find_authoritative(world.resolver, "www.shop.test"));
    CHECK(zone.servers ==
          std::vector<dns::ServerAddress>{{"127.0.0.2", world.recursive.port()},
                                          {"2001:db8::53", world.recursive.port()}});
}

TEST_CASE("a name server may be found through an alias", "[dns]") {
    DnsWorld world;
    world.recursive.answer("ns1.shop.test", RecordType::a,
                           {{test::cname_record("ns1.shop.test", "host.other.test"),
                             test::a_record("host.other.test", "127.0.0.9")}});
    CHECK(test::run(find_authoritative(world.resolver, "shop.test")).servers.front().ip ==
          "127.0.0.9");
}

TEST_CASE("the servers of a zone that an alias leads to are not the name's own", "[dns]") {
    DnsWorld world;
    world.recursive.answer("www.shop.test", RecordType::ns,
                           {{test::cname_record("www.shop.test", "other.test"),
                             test::ns_record("other.test", "ns1.other.test")}});
    world.recursive.answer("ns1.other.test", RecordType::a,
                           {{test::a_record("ns1.other.test", "127.0.0.9")}});
    CHECK(test::run(find_authoritative(world.resolver, "www.shop.test")).name == "shop.test");
}

TEST_CASE("a resolver that refuses a name may know the zone above it", "[dns]") {
    DnsWorld world;
    world.recursive.answer("www.shop.test", RecordType::ns, {{}, test::kServFail});
    CHECK(test::run(find_authoritative(world.resolver, "www.shop.test")).name == "shop.test");
}

TEST_CASE("no servers are found where nobody answers, knows them or has their address", "[dns]") {
    DnsWorld world;
    CHECK(test::run(find_authoritative(world.resolver, "www.unknown.example")).servers.empty());
    world.recursive.answer("test", RecordType::ns, {{test::ns_record("test", "ns1.shop.test")}});
    world.recursive.answer("lost.test", RecordType::ns,
                           {{test::ns_record("lost.test", "ns1.lost.test")}});
    CHECK(test::run(find_authoritative(world.resolver, "www.lost.test")).servers.empty());
    world.recursive.answer("www.shop.test", RecordType::ns, silent());
    CHECK(test::run(find_authoritative(world.resolver, "www.shop.test")).servers.empty());
}

TEST_CASE("a zone with very many servers is cut at sixteen", "[dns]") {
    DnsWorld world;
    DnsReply many;
    for (int i = 0; i < 40; ++i)
        many.records.push_back(test::a_record("ns1.shop.test", "127.0.1." + std::to_string(i)));
    many.truncated_by_udp = true;
    world.recursive.answer("ns1.shop.test", RecordType::a, many);
    CHECK(test::run(find_authoritative(world.resolver, "shop.test")).servers.size() == 16);
}

TEST_CASE("aliases are followed to their end", "[dns]") {
    DnsWorld world;
    world.recursive.answer("a.test", RecordType::cname, {{test::cname_record("a.test", "b.test")}});
    world.recursive.answer(
        "b.test", RecordType::cname,
        {{test::cname_record("b.test", "c.test"), test::cname_record("c.test", "d.test")}});
    CHECK(test::run(follow_alias(world.resolver, "A.test.")) == "d.test");
    CHECK(test::run(follow_alias(world.resolver, "d.test")) == "d.test");
    CHECK(test::run(follow_alias(world.resolver, "shop.test")) == "shop.test");
}

TEST_CASE("aliases that go round lead nowhere", "[dns]") {
    DnsWorld world;
    world.recursive.answer("a.test", RecordType::cname, {{test::cname_record("a.test", "b.test")}});
    world.recursive.answer("b.test", RecordType::cname, {{test::cname_record("b.test", "a.test")}});
    CHECK(test::run(follow_alias(world.resolver, "a.test")) == "a.test");
    CHECK(test::run(follow_alias(world.resolver, "b.test")) == "b.test");
    CHECK(world.recursive.questions().size() <= 20);
}

TEST_CASE("an alias that the resolver does not answer for ends there", "[dns]") {
    DnsWorld world;
    world.recursive.answer("a.test", RecordType::cname, {{test::cname_record("a.test", "b.test")}});
    world.recursive.answer("b.test", RecordType::cname, silent());
    CHECK(test::run(follow_alias(world.resolver, "a.test")) == "b.test");
}

TEST_CASE("name servers know a name that the resolver does not yet", "[dns]") {
    DnsWorld world;
    world.answer("www.shop.test", RecordType::a,
                 {{{test::a_record("www.shop.test", "192.0.2.7")}}});
    REQUIRE(test::run(world.resolver.ask("www.shop.test", RecordType::a))->reply ==
            Reply::no_such_name);
    const auto answer =
        test::run(dns::ask_authoritative(world.resolver, "www.shop.test", RecordType::a));
    REQUIRE(answer);
    CHECK_FALSE(world.first.questions().front().recursion_desired);
    CHECK(answer->values_of("www.shop.test", RecordType::a) == Values{"192.0.2.7"});
}

TEST_CASE("a name with other records only exists", "[dns][rfc2308-2.2]") {
    DnsWorld world;
    world.answer("www.shop.test", RecordType::txt, {{{test::txt_record("www.shop.test", {"x"})}}});
    const auto answer =
        test::run(dns::ask_authoritative(world.resolver, "www.shop.test", RecordType::a));
    REQUIRE(answer);
    CHECK(answer->reply == Reply::answered);
    CHECK(answer->records.empty());
}

TEST_CASE("servers that are dead, refuse or do not speak for the zone say nothing", "[dns]") {
    DnsWorld world;
    const DnsReply reply =
        GENERATE(silent(), DnsReply{{}, test::kRefused}, DnsReply{{}, test::kServFail},
                 DnsReply{{}, test::kNotImp}, not_authoritative({{}, test::kNxDomain}),
                 not_authoritative({{}, 0, true, {test::ns_record("shop.test", "ns1.shop.test")}}));
    CAPTURE(reply.code, reply.silent);
    world.first.otherwise(reply);
    world.second.otherwise(reply);
    const auto answer =
        test::run(dns::ask_authoritative(world.resolver, "www.shop.test", RecordType::a));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == base::ErrorKind::not_found);
    // The other server is enough.
    world.second.answer("www.shop.test", RecordType::a,
                        {{test::a_record("www.shop.test", "192.0.2.7")}});
    CHECK(test::run(dns::ask_authoritative(world.resolver, "www.shop.test", RecordType::a)));
}

TEST_CASE("a dead server leaves the next one its share of the time", "[dns]") {
    DnsWorld world;
    world.first.otherwise(silent());
    world.second.answer("www.shop.test", RecordType::a,
                        {{test::a_record("www.shop.test", "192.0.2.7")}});
    const auto start = std::chrono::steady_clock::now();
    CHECK(test::run(dns::ask_authoritative(world.resolver, "www.shop.test", RecordType::a)));
    CHECK(std::chrono::steady_clock::now() - start < 2 * world.resolver.settings().deadline);
    CHECK(world.first.asked("www.shop.test", RecordType::a) > 0);
    CHECK(world.second.asked("www.shop.test", RecordType::a) == 1);
}

TEST_CASE("nobody to ask is not found", "[dns]") {
    DnsWorld world;
    const auto answer =
        test::run(dns::ask_authoritative(world.resolver, "www.unknown.example", RecordType::a));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == base::ErrorKind::not_found);
}

TEST_CASE("an alias into another zone is what that zone says", "[dns]") {
    DnsWorld world;
    // cdn.test has one server of its own.
    test::DnsServer cdn{"127.0.0.4", world.recursive.port()};
    world.recursive.answer("cdn.test", RecordType::ns,
                           {{test::ns_record("cdn.test", "ns.cdn.test")}});
    world.recursive.answer("ns.cdn.test", RecordType::a,
                           {{test::a_record("ns.cdn.test", "127.0.0.4")}});
    world.answer("www.shop.test", RecordType::a,
                 {{{test::cname_record("www.shop.test", "x.cdn.test")}}});
    const auto missing =
        test::run(dns::ask_authoritative(world.resolver, "www.shop.test", RecordType::a));
    REQUIRE(missing);
    CHECK(missing->reply == Reply::no_such_name);

    cdn.answer("x.cdn.test", RecordType::a, {{test::a_record("x.cdn.test", "192.0.2.9")}});
    const auto found =
        test::run(dns::ask_authoritative(world.resolver, "www.shop.test", RecordType::a));
    REQUIRE(found);
    CHECK(found->end_of_aliases("www.shop.test") == "x.cdn.test");
    CHECK(found->values_of("x.cdn.test", RecordType::a) == Values{"192.0.2.9"});
}

TEST_CASE("aliases that go round between zones are unknown", "[dns]") {
    DnsWorld world;
    world.answer("a.shop.test", RecordType::a,
                 {{{test::cname_record("a.shop.test", "b.shop.test")}}});
    world.answer("b.shop.test", RecordType::a,
                 {{{test::cname_record("b.shop.test", "a.shop.test")}}});
    CHECK_FALSE(test::run(dns::ask_authoritative(world.resolver, "a.shop.test", RecordType::a)));
}
