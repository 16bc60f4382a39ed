#include "dns/addresses.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dns_world.h"

using Catch::Matchers::ContainsSubstring;
using dns::Confirm;
using dns::look_up_addresses;
using dns::RecordType;
using test::DnsReply;
using test::DnsWorld;
using State = dns::Addresses::State;
using Values = std::vector<std::string>;

namespace {

const std::string kName = "www.shop.test";

DnsReply a(const std::string& name, const std::string& ip) {
    return {{test::a_record(name, ip)}};
}

DnsReply code(unsigned number) {
    return {{}, number};
}

DnsReply silent() {
    DnsReply reply;
    reply.silent = true;
    return reply;
}

/// Whether anyone of the zone was asked.
bool zone_was_asked(const DnsWorld& world) {
    return !world.first.questions().empty() || !world.second.questions().empty();
}

}  // namespace

TEST_CASE("a name leads to the addresses of both families, each once", "[dns]") {
    DnsWorld world;
    world.recursive.answer(
        kName, RecordType::a,
        {{test::a_record(kName, "192.0.2.7"), test::a_record(kName, "192.0.2.8"),
          test::a_record(kName, "192.0.2.7"), test::a_record("other.test", "192.0.2.9")}});
    world.recursive.answer(kName, RecordType::aaaa,
                           {{test::aaaa_record(kName, "2001:DB8:0::0007")}});
    const auto found =
        test::run(look_up_addresses(world.resolver, "WWW.shop.test.", Confirm::authoritative));
    CHECK(found.state == State::found);
    CHECK(found.ipv4 == Values{"192.0.2.7", "192.0.2.8"});
    CHECK(found.ipv6 == Values{"2001:db8::7"});
    CHECK(found.evidence.empty());
    CHECK_FALSE(zone_was_asked(world));
}

TEST_CASE("a family that is missing beside one that is found is not asked for again", "[dns]") {
    DnsWorld world;
    world.recursive.answer(kName, RecordType::a, a(kName, "192.0.2.7"));
    const bool fails = GENERATE(false, true);
    if (fails) world.recursive.answer(kName, RecordType::aaaa, code(test::kServFail));
    const auto found = test::run(look_up_addresses(world.resolver, kName, Confirm::authoritative));
    CHECK(found.state == State::found);
    CHECK(found.ipv4 == Values{"192.0.2.7"});
    CHECK(found.ipv6.empty());
    CHECK_FALSE(zone_was_asked(world));
}

TEST_CASE("a name with AAAA alone is found", "[dns]") {
    DnsWorld world;
    world.recursive.answer(kName, RecordType::aaaa, {{test::aaaa_record(kName, "2001:db8::7")}});
    const auto found = test::run(look_up_addresses(world.resolver, kName, Confirm::none));
    CHECK(found.state == State::found);
    CHECK(found.ipv6 == Values{"2001:db8::7"});
}

TEST_CASE("the addresses of an alias are those of its target", "[dns]") {
    DnsWorld world;
    world.recursive.answer(
        kName, RecordType::a,
        {{test::cname_record(kName, "x.cdn.test"), test::a_record("x.cdn.test", "192.0.2.7")}});
    CHECK(test::run(look_up_addresses(world.resolver, kName, Confirm::none)).ipv4 ==
          Values{"192.0.2.7"});
}

TEST_CASE("what is missing comes with the server's word", "[dns]") {
    DnsWorld world;
    CHECK(test::run(look_up_addresses(world.resolver, kName, Confirm::none)).evidence ==
          "NXDOMAIN from 127.0.0.1");
    world.recursive.answer(kName, RecordType::txt, {{test::txt_record(kName, {"x"})}});
    const auto found = test::run(look_up_addresses(world.resolver, kName, Confirm::none));
    CHECK(found.state == State::missing);
    CHECK(found.evidence == "no A or AAAA record from 127.0.0.1");
    const DnsReply alias{{test::cname_record(kName, "x.cdn.test")}, test::kNxDomain};
    world.recursive.answer(kName, RecordType::a, alias);
    world.recursive.answer(kName, RecordType::aaaa, alias);
    CHECK(test::run(look_up_addresses(world.resolver, kName, Confirm::none)).evidence ==
          "NXDOMAIN for x.cdn.test from 127.0.0.1");
    CHECK_FALSE(zone_was_asked(world));
}

TEST_CASE("what the resolver does not find may be known to the zone's servers", "[dns]") {
    DnsWorld world;
    const DnsReply reply = GENERATE(code(test::kNxDomain), code(0), code(test::kServFail),
                                    code(test::kRefused), silent());
    CAPTURE(reply.code, reply.silent);
    world.recursive.answer(kName, RecordType::a, reply);
    world.recursive.answer(kName, RecordType::aaaa, reply);
    world.answer(kName, RecordType::a, {a(kName, "192.0.2.7")});
    const auto found = test::run(look_up_addresses(world.resolver, kName, Confirm::authoritative));
    CHECK(found.state == State::found);
    CHECK(found.ipv4 == Values{"192.0.2.7"});
    CHECK(found.evidence.empty());
}

TEST_CASE("the zone's servers confirm that a name is missing", "[dns]") {
    DnsWorld world;
    if (GENERATE(false, true)) world.recursive.answer(kName, RecordType::a, code(test::kServFail));
    const auto none = test::run(look_up_addresses(world.resolver, kName, Confirm::authoritative));
    CHECK(none.state == State::missing);
    CHECK(none.evidence == "NXDOMAIN from 127.0.0.2");
    world.answer(kName, RecordType::txt, {{{test::txt_record(kName, {"x"})}}});
    CHECK(test::run(look_up_addresses(world.resolver, kName, Confirm::authoritative)).evidence ==
          "no A or AAAA record from 127.0.0.2");
}

TEST_CASE("where the zone's servers say nothing, the resolver's word stands", "[dns]") {
    DnsWorld world;
    const DnsReply reply = GENERATE(silent(), code(test::kRefused));
    world.first.otherwise(reply);
    world.second.otherwise(reply);
    const auto found = test::run(look_up_addresses(world.resolver, kName, Confirm::authoritative));
    CHECK(found.state == State::missing);
    CHECK(found.evidence == "NXDOMAIN from 127.0.0.1");
}

TEST_CASE("refusals and failures are no finding", "[dns]") {
    struct Row {
        unsigned code;
        std::string word;
    };
    const Row row = GENERATE(Row{test::kServFail, "SERVFAIL"}, Row{test::kRefused, "REFUSED"},
                             Row{test::kNotImp, "NOTIMP"}, Row{9, "no usable answer"});
    test::DnsServer server;
    server.otherwise(code(row.code));
    const dns::Resolver resolver{test::real_dns(), {.servers = {server.address()}}};
    const auto found = test::run(
        look_up_addresses(resolver, kName, GENERATE(Confirm::none, Confirm::authoritative)));
    CHECK(found.state == State::unknown);
    CHECK(found.evidence == row.word + " from 127.0.0.1");
}

TEST_CASE("nothing in one family and a failure in the other is a failure", "[dns]") {
    DnsWorld world;
    const auto [fails, is_empty] = GENERATE(std::pair{RecordType::a, RecordType::aaaa},
                                            std::pair{RecordType::aaaa, RecordType::a});
    world.recursive.answer(kName, fails, code(test::kServFail));
    world.recursive.answer(kName, is_empty, code(0));
    const auto found = test::run(look_up_addresses(world.resolver, kName, Confirm::none));
    CHECK(found.state == State::broken);
    CHECK_FALSE(found.is_silent);
    CHECK(found.evidence == "SERVFAIL from 127.0.0.1");
}

TEST_CASE("what fails once and then is there is found", "[dns]") {
    DnsWorld world;
    world.recursive.answer(kName, RecordType::a, {code(test::kServFail), a(kName, "192.0.2.7")});
    const auto found = test::run(look_up_addresses(world.resolver, kName, Confirm::none));
    CHECK(found.state == State::found);
    CHECK(found.ipv4 == Values{"192.0.2.7"});
}

TEST_CASE("what the zone's servers answer does not mend DNSSEC", "[dns]") {
    DnsWorld world;
    world.recursive.answer(kName, RecordType::a, code(test::kServFail));
    world.recursive.answer(kName, RecordType::aaaa, code(test::kServFail));
    world.recursive.answer_unchecked(kName, RecordType::a, a(kName, "192.0.2.7"));
    world.answer(kName, RecordType::a, {a(kName, "192.0.2.7")});
    const auto found = test::run(look_up_addresses(world.resolver, kName, Confirm::authoritative));
    CHECK(found.state == State::broken);
    CHECK(found.ipv4.empty());
    CHECK_THAT(found.evidence, ContainsSubstring("DNSSEC"));
    CHECK_FALSE(zone_was_asked(world));
}

TEST_CASE("silence is no finding and is not waited for twice", "[dns]") {
    test::DnsServer server;
    server.otherwise(silent());
    const dns::Resolver resolver{
        test::real_dns(),
        {.servers = {server.address()}, .deadline = std::chrono::milliseconds{400}}};
    const auto start = std::chrono::steady_clock::now();
    const auto found = test::run(look_up_addresses(resolver, kName, Confirm::none));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds{790});
    CHECK(found.state == State::unknown);
    CHECK(found.is_silent);
    CHECK_THAT(found.evidence, ContainsSubstring("127.0.0.1 did not answer"));
    CHECK(server.asked(kName, RecordType::aaaa) == 0);
}

TEST_CASE("a name that DNS cannot hold is not looked up", "[dns]") {
    const DnsWorld world;
    const auto found = test::run(look_up_addresses(world.resolver, "a..test", Confirm::none));
    CHECK(found.state == State::unknown);
    CHECK_THAT(found.evidence, ContainsSubstring("a..test"));
}

TEST_CASE("an alias into another zone is asked for at that zone's servers", "[dns]") {
    DnsWorld world;
    const test::DnsServer cdn{"127.0.0.4", world.recursive.port()};
    world.recursive.answer("cdn.test", RecordType::ns,
                           {{test::ns_record("cdn.test", "ns.cdn.test")}});
    world.recursive.answer("ns.cdn.test", RecordType::a, a("ns.cdn.test", "127.0.0.4"));
    const DnsReply alias{{test::cname_record(kName, "x.cdn.test")}};
    world.answer(kName, RecordType::a, {alias});
    world.answer(kName, RecordType::aaaa, {alias});
    CHECK(test::run(look_up_addresses(world.resolver, kName, Confirm::authoritative)).evidence ==
          "NXDOMAIN for x.cdn.test from 127.0.0.4");
}
