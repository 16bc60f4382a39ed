#include "dns/propagation.h"

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dns_world.h"
#include "support/fake_clock.h"

using Catch::Matchers::ContainsSubstring;
using dns::ChallengeRecord;
using dns::PropagationRules;
using dns::RecordType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::DnsReply;

namespace {

const std::string kName = "_acme-challenge.shop.test";

ChallengeRecord record(const std::string& value = "value") {
    return {"shop.test", "token", "token.thumbprint", kName + ".", value};
}

DnsReply text(const std::vector<std::string>& values) {
    DnsReply reply;
    for (const std::string& value : values)
        reply.records.push_back(test::txt_record(kName, {value}));
    return reply;
}

DnsReply nothing() {
    return {{}, test::kNxDomain};
}

using Records = std::vector<ChallengeRecord>;

struct Bench : test::DnsWorld {
    base::Result<void> wait(const PropagationRules& rules = {},
                            const std::vector<ChallengeRecord>& records = {record()}) {
        const auto propagation = test::run(dns::Propagation::open(resolver, records, rules, clock));
        for (;;) {
            const auto later = test::run(propagation->check());
            if (!later) return later.error();
            if (!later->has_value()) return {};
            clock.sleep_for(std::chrono::ceil<milliseconds>(**later - clock.monotonic()));
        }
    }
    static void check_timeout(const base::Result<void>& waited, const std::string& server) {
        REQUIRE_FALSE(waited);
        CHECK(waited.error().kind == base::ErrorKind::timeout);
        CHECK_THAT(waited.error().message, ContainsSubstring(kName + "."));
        CHECK_THAT(waited.error().message, ContainsSubstring(server));
    }

    test::FakeClock clock;
};

}  // namespace

TEST_CASE("a record that every name server shows is waited for no longer", "[dns]") {
    Bench bench;
    bench.answer(kName, RecordType::txt, {text({"old", "value"})});
    CHECK(bench.wait());
    CHECK(bench.clock.passed() == milliseconds{0});
    CHECK(bench.first.asked(kName, RecordType::txt) == 1);
    CHECK(bench.second.asked(kName, RecordType::txt) == 1);
    CHECK_FALSE(bench.first.questions().front().recursion_desired);
    CHECK(bench.recursive.asked(kName, RecordType::txt) == 0);
}

TEST_CASE("a record is looked for at each interval until the last server shows it", "[dns]") {
    Bench bench;
    bench.first.answer(kName, RecordType::txt, text({"value"}));
    bench.second.answer(kName, RecordType::txt, {nothing(), text({"old"}), text({"old", "value"})});
    CHECK(bench.wait({.interval = seconds{7}}));
    CHECK(bench.clock.passed() == seconds{14});
    CHECK(bench.first.asked(kName, RecordType::txt) == 1);
    CHECK(bench.second.asked(kName, RecordType::txt) == 3);
}

TEST_CASE("a record that does not come is a timeout that names the server", "[dns]") {
    Bench bench;
    bench.first.answer(kName, RecordType::txt, text({"value"}));
    Bench::check_timeout(bench.wait({.timeout = seconds{10}, .interval = seconds{3}}), "127.0.0.3");
    CHECK(bench.clock.passed() == seconds{9});
    CHECK(bench.second.asked(kName, RecordType::txt) == 4);
}

TEST_CASE("a part of a value or one in other letters is another value", "[dns]") {
    Bench bench;
    bench.answer(kName, RecordType::txt, {text({"value2", "Value", "val"})});
    Bench::check_timeout(bench.wait({.timeout = seconds{0}}), "127.0.0.2");
}

TEST_CASE("no interval is shorter than a second", "[dns]") {
    Bench bench;
    Bench::check_timeout(bench.wait({.timeout = seconds{3}, .interval = seconds{0}}), "127.0.0.2");
    CHECK(bench.first.asked(kName, RecordType::txt) == 4);
}

TEST_CASE("a name and its wildcard are waited for together", "[dns]") {
    Bench bench;
    bench.answer(kName, RecordType::txt, {text({"value"}), text({"value", "wildcard"})});
    CHECK(bench.wait({}, {record(), record("wildcard")}));
    CHECK(bench.first.asked(kName, RecordType::txt) == 2);
}

TEST_CASE("a fixed wait asks nobody", "[dns]") {
    Bench bench;
    CHECK(bench.wait({.fixed_wait = seconds{90}, .ask_recursive = true}));
    CHECK(bench.clock.passed() == seconds{90});
    CHECK(bench.recursive.questions().empty());
    CHECK(bench.first.questions().empty());
}

TEST_CASE("servers that refuse, are dead or do not speak for the zone hold nobody up", "[dns]") {
    Bench bench;
    DnsReply silent;
    silent.silent = true;
    const DnsReply reply =
        GENERATE_COPY(silent, DnsReply{{}, test::kRefused}, DnsReply{{}, test::kServFail},
                      DnsReply{{}, test::kNxDomain, false});
    CAPTURE(reply.code, reply.silent);
    bench.first.otherwise(reply);
    bench.second.answer(kName, RecordType::txt, {nothing(), text({"value"})});
    CHECK(bench.wait());
    CHECK(bench.second.asked(kName, RecordType::txt) == 2);
    CHECK(bench.first.asked(kName, RecordType::txt) >= 1);
}

TEST_CASE("a dead server is waited for once", "[dns]") {
    Bench bench;
    DnsReply silent;
    silent.silent = true;
    bench.first.otherwise(silent);
    Bench::check_timeout(bench.wait({.timeout = seconds{20}}), "127.0.0.3");
    CHECK(bench.first.asked(kName, RecordType::txt) <= 6);  // the packets of one question
}

TEST_CASE("a server that reloads its zone at first is asked again", "[dns]") {
    Bench bench;
    bench.first.answer(kName, RecordType::txt,
                       {DnsReply{{}, test::kServFail}, nothing(), text({"value"})});
    bench.second.answer(kName, RecordType::txt, {nothing(), text({"value"})});
    CHECK(bench.wait());
    CHECK(bench.first.asked(kName, RecordType::txt) == 3);
}

TEST_CASE("a zone without servers holds nobody up", "[dns]") {
    Bench bench;
    bench.recursive.answer("shop.test", RecordType::ns, DnsReply{});
    CHECK(bench.wait());
    CHECK(bench.first.questions().empty());
    CHECK(bench.clock.passed() == milliseconds{0});
}

TEST_CASE("it is known whether anybody has shown a record", "[dns]") {
    Bench bench;
    bench.answer(kName, RecordType::txt, {text({"value"})});
    const auto has_seen = [&](const PropagationRules& rules) {
        const auto propagation = test::run(
            dns::Propagation::open(bench.resolver, Records{record()}, rules, bench.clock));
        REQUIRE(test::run(propagation->check()));
        return propagation->has_seen();
    };
    CHECK(has_seen({}));
    CHECK_FALSE(has_seen({.fixed_wait = seconds{0}}));
    bench.recursive.answer("shop.test", RecordType::ns, DnsReply{});
    CHECK_FALSE(has_seen({}));
}

TEST_CASE("recursive resolvers are asked last, and only if they shall be", "[dns]") {
    Bench bench;
    bench.answer(kName, RecordType::txt, {nothing(), text({"value"})});
    bench.recursive.answer(kName, RecordType::txt, {nothing(), text({"value"})});
    CHECK(bench.wait({.ask_recursive = true, .interval = seconds{5}}));
    CHECK(bench.clock.passed() == seconds{10});
    CHECK(bench.recursive.asked(kName, RecordType::txt) == 2);
}

TEST_CASE("the resolver alone may be asked", "[dns]") {
    Bench bench;
    bench.recursive.answer(kName, RecordType::txt, text({"value"}));
    CHECK(bench.wait({.ask_authoritative = false, .ask_recursive = true}));
    CHECK(bench.first.questions().empty());
    bench.recursive.answer(kName, RecordType::txt, text({"old"}));
    Bench::check_timeout(bench.wait({.ask_authoritative = false, .ask_recursive = true}),
                         "127.0.0.1");
}

TEST_CASE("nothing to wait for is done", "[dns]") {
    Bench bench;
    CHECK(bench.wait({}, {}));
    CHECK(bench.recursive.questions().empty());
}

TEST_CASE("what was missing is not there because it is late", "[dns]") {
    Bench bench;
    bench.first.answer(kName, RecordType::txt, {nothing(), text({"value"})});
    bench.second.answer(kName, RecordType::txt, nothing());
    const auto propagation = test::run(dns::Propagation::open(
        bench.resolver, Records{record()}, PropagationRules{.timeout = seconds{10}}, bench.clock));
    const auto later = test::run(propagation->check());
    REQUIRE(later);
    REQUIRE(later->has_value());
    bench.clock.advance(seconds{60});  // others of the run had their turn
    const auto late = test::run(propagation->check());
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == base::ErrorKind::timeout);
    CHECK_THAT(late.error().message, ContainsSubstring("127.0.0.3"));
}

TEST_CASE("a late look still sees what has come", "[dns]") {
    Bench bench;
    bench.second.answer(kName, RecordType::txt, text({"value"}));
    bench.first.answer(kName, RecordType::txt, {nothing(), text({"value"})});
    const auto propagation = test::run(dns::Propagation::open(
        bench.resolver, Records{record()}, PropagationRules{.timeout = seconds{10}}, bench.clock));
    REQUIRE(test::run(propagation->check()));
    bench.clock.advance(seconds{60});
    const auto late = test::run(propagation->check());
    REQUIRE(late);
    CHECK_FALSE(late->has_value());
}
