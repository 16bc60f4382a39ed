#include "dns/resolver.h"

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dns_server.h"
#include "support/real_loop.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using dns::RecordType;
using dns::Reply;
using dns::Resolver;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Values = std::vector<std::string>;

namespace {

Resolver ask_only(std::vector<dns::ServerAddress> servers,
                  milliseconds deadline = milliseconds{5000}) {
    return Resolver{test::real_dns(), {.servers = std::move(servers), .deadline = deadline}};
}

/// A port of loopback at which no server listens.
dns::ServerAddress nobody() {
    const test::DnsServer gone;
    return gone.address();
}

}  // namespace

TEST_CASE("a name's records come from the server asked", "[dns]") {
    test::DnsServer server;
    server.answer(
        "www.test", RecordType::a,
        {{test::a_record("www.test", "192.0.2.7"), test::a_record("www.test", "192.0.2.8")}});
    server.answer("www.test", RecordType::aaaa, {{test::aaaa_record("www.test", "2001:db8::7")}});
    server.answer("www.test", RecordType::caa, {{test::caa_record("www.test", 0, "issue", ";")}});
    const Resolver resolver = ask_only({server.address()});
    const auto a = test::run(resolver.ask("WWW.test.", RecordType::a));
    REQUIRE(a);
    CHECK(a->values_of("www.test", RecordType::a) == Values{"192.0.2.7", "192.0.2.8"});
    CHECK(a->authoritative);
    CHECK(test::run(resolver.ask("www.test", RecordType::aaaa))
              ->values_of("www.test", RecordType::aaaa) == Values{"2001:db8::7"});
    CHECK(test::run(resolver.ask("www.test", RecordType::caa))->caa_of("www.test") ==
          std::vector<dns::Caa>{{false, "issue", ";"}});
    CHECK(server.questions().size() == 3);
    CHECK(server.questions().front().recursion_desired);
}

TEST_CASE("a name without records of a type is not one that does not exist", "[dns][rfc2308-2]") {
    test::DnsServer server;
    server.answer("www.test", RecordType::a, {{test::a_record("www.test", "192.0.2.7")}});
    const Resolver resolver = ask_only({server.address()});
    const auto no_data = test::run(resolver.ask("www.test", RecordType::txt));
    REQUIRE(no_data);
    CHECK(no_data->reply == Reply::answered);
    CHECK(no_data->records.empty());
    const auto no_name = test::run(resolver.ask("no.test", RecordType::a));
    REQUIRE(no_name);
    CHECK(no_name->reply == Reply::no_such_name);
}

TEST_CASE("a refusal comes back as what it is and is asked for once", "[dns]") {
    struct Row {
        unsigned code;
        Reply reply;
    };
    const Row row =
        GENERATE(Row{test::kServFail, Reply::server_failure},
                 Row{test::kNotImp, Reply::not_implemented}, Row{test::kRefused, Reply::refused});
    CAPTURE(row.code);
    test::DnsServer server;
    server.otherwise({{}, row.code});
    const auto answer = test::run(ask_only({server.address()}).ask("www.test", RecordType::a));
    REQUIRE(answer);
    CHECK(answer->reply == row.reply);
    CHECK(server.questions().size() == 1);
}

TEST_CASE("the next server is asked when one refuses, is dead or talks nonsense", "[dns]") {
    test::DnsServer refusing;
    refusing.otherwise({{}, test::kServFail});
    test::DnsServer broken;
    broken.otherwise({.records = {test::a_record("www.test", "192.0.2.9")}, .broken = true});
    test::DnsServer good;
    good.answer("www.test", RecordType::a, {{test::a_record("www.test", "192.0.2.7")}});
    const auto answer =
        test::run(ask_only({refusing.address(), nobody(), broken.address(), good.address()},
                           milliseconds{4000})
                      .ask("www.test", RecordType::a));
    REQUIRE(answer);
    CHECK(answer->values_of("www.test", RecordType::a) == Values{"192.0.2.7"});
    CHECK(refusing.questions().size() == 1);
    CHECK_FALSE(broken.questions().empty());  // c-ares 1.34 asks again where it reads nonsense
}

TEST_CASE("a refusal says more than silence", "[dns]") {
    test::DnsServer refusing;
    refusing.otherwise({{}, test::kRefused});
    const auto answer =
        test::run(ask_only({nobody(), refusing.address()}).ask("www.test", RecordType::a));
    REQUIRE(answer);
    CHECK(answer->reply == Reply::refused);
}

TEST_CASE("what UDP cannot hold comes by TCP", "[dns][rfc7766-5]") {
    test::DnsServer server;
    const std::string text(255, 'x');
    test::DnsReply reply{{test::txt_record("big.test", {text, text, text})}};
    reply.truncated_by_udp = true;
    server.answer("big.test", RecordType::txt, reply);
    const auto answer = test::run(
        ask_only({server.address()}, milliseconds{2000}).ask("big.test", RecordType::txt));
    REQUIRE(answer);
    CHECK(answer->values_of("big.test", RecordType::txt) == Values{text + text + text});
    REQUIRE(server.questions().size() == 2);
    CHECK_FALSE(server.questions().front().by_tcp);
    CHECK(server.questions().back().by_tcp);
}

TEST_CASE("a slow answer by TCP has the rest of the turn", "[dns]") {
    test::DnsServer server;
    test::DnsReply reply{{test::txt_record("big.test", {"x"})}};
    reply.truncated_by_udp = true;
    reply.delay_by_tcp = milliseconds{600};
    server.answer("big.test", RecordType::txt, reply);
    const auto answer = test::run(
        ask_only({server.address()}, milliseconds{3000}).ask("big.test", RecordType::txt));
    REQUIRE(answer);
    CHECK(answer->values_of("big.test", RecordType::txt) == Values{"x"});
    CHECK(server.questions().size() == 2);
}

TEST_CASE("a packet that is lost is sent again", "[dns]") {
    test::DnsServer server;
    test::DnsReply lost;
    lost.silent = true;
    server.answer("www.test", RecordType::a,
                  std::vector<test::DnsReply>{lost, {{test::a_record("www.test", "192.0.2.7")}}});
    const auto answer =
        test::run(ask_only({server.address()}, milliseconds{2000}).ask("www.test", RecordType::a));
    REQUIRE(answer);
    CHECK(answer->values_of("www.test", RecordType::a) == Values{"192.0.2.7"});
    CHECK(server.questions().size() == 2);
}

TEST_CASE("a server that says nothing holds us until the deadline and no longer", "[dns]") {
    const bool by_tcp = GENERATE(false, true);
    CAPTURE(by_tcp);
    test::DnsServer server;
    test::DnsReply reply;
    reply.silent = !by_tcp;
    reply.truncated_by_udp = reply.silent_by_tcp = by_tcp;
    server.otherwise(reply);
    constexpr milliseconds kShort{400};
    const auto start = steady_clock::now();
    const auto answer =
        test::run(ask_only({server.address()}, kShort).ask("www.test", RecordType::a));
    const auto passed = steady_clock::now() - start;
    REQUIRE_FALSE(answer);
    // By UDP it has said that there is more.
    CHECK(answer.error().kind == (by_tcp ? ErrorKind::protocol : ErrorKind::timeout));
    CHECK_THAT(answer.error().message, ContainsSubstring("www.test"));
    CHECK_THAT(answer.error().message, ContainsSubstring("127.0.0.1"));
    CHECK(passed >= kShort * 9 / 10);
    CHECK(passed < kShort + milliseconds{1000});
    CHECK_FALSE(server.questions().empty());
}

TEST_CASE("a port at which nobody listens is a network failure at once", "[dns]") {
    const auto start = steady_clock::now();
    const auto answer =
        test::run(ask_only({nobody()}, milliseconds{20'000}).ask("www.test", RecordType::a));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::network);
    CHECK(steady_clock::now() - start < milliseconds{5000});
}

TEST_CASE("nonsense from the only server is a protocol failure", "[dns]") {
    test::DnsServer server;
    server.otherwise({.records = {test::a_record("www.test", "192.0.2.9")}, .broken = true});
    const auto answer = test::run(ask_only({server.address()}).ask("www.test", RecordType::a));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::protocol);
}

TEST_CASE("names and servers that are none are refused without a question", "[dns]") {
    test::DnsServer server;
    const auto no_name = test::run(ask_only({server.address()}).ask("a..test", RecordType::a));
    REQUIRE_FALSE(no_name);
    CHECK(no_name.error().kind == ErrorKind::invalid_input);
    const auto no_server = test::run(ask_only({{"ns1.test", 53}}).ask("a.test", RecordType::a));
    REQUIRE_FALSE(no_server);
    CHECK(no_server.error().kind == ErrorKind::invalid_input);
    CHECK_THAT(no_server.error().message, ContainsSubstring("ns1.test"));
    CHECK(server.questions().empty());
}

TEST_CASE("a server may have an IPv6 address", "[dns]") {
    test::DnsServer server{"::1"};
    server.answer("www.test", RecordType::a, {{test::a_record("www.test", "192.0.2.7")}});
    const auto answer = test::run(ask_only({server.address()}).ask("www.test", RecordType::a));
    REQUIRE(answer);
    CHECK(answer->values_of("www.test", RecordType::a) == Values{"192.0.2.7"});
}

TEST_CASE("without servers of its own a resolver has the system's", "[dns]") {
    const auto servers = Resolver{test::real_dns(), dns::ResolverSettings{}}.servers();
    REQUIRE(servers);
    CHECK_FALSE(servers->empty());
    CHECK(servers->front().port == 53);
    const dns::ServerAddress own{"192.0.2.53", 5353};
    CHECK(ask_only({own}).servers().value() == std::vector{own});
}
