#include "dns/broken.h"

#include <chrono>
#include <memory>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dns_world.h"

using Catch::Matchers::ContainsSubstring;
using dns::Confirm;
using dns::RecordType;
using dns::why_broken;
using test::DnsReply;
using test::DnsWorld;

namespace {

const std::string kName = "www.shop.test";

DnsReply code(unsigned number) {
    return {{}, number};
}

DnsReply silent() {
    DnsReply reply;
    reply.silent = true;
    return reply;
}

DnsReply a(const std::string& name, const std::string& ip) {
    return {{test::a_record(name, ip)}};
}

/// The resolver fails for the name.
struct Failing : DnsWorld {
    Failing() { recursive.answer(kName, RecordType::a, code(test::kServFail)); }

    std::optional<std::string> why(Confirm confirm = Confirm::authoritative) const {
        return test::run(why_broken(resolver, kName, RecordType::a, confirm));
    }
};

/// It does not even find the zone, which the server of `test` refers to.
struct Unfound : Failing {
    explicit Unfound(std::vector<std::string> glue) {
        for (const char* name : {"www.shop.test", "shop.test"})
            recursive.answer(name, RecordType::ns, code(test::kServFail));
        recursive.answer("test", RecordType::ns, {{test::ns_record("test", "ns.test")}});
        recursive.answer("ns.test", RecordType::a, a("ns.test", "127.0.0.2"));
        DnsReply referral{{}, 0, false, {test::ns_record("shop.test", "ns2.shop.test")}};
        referral.additional = std::move(glue);
        first.answer(kName, RecordType::a, referral);
    }
};

}  // namespace

TEST_CASE("an answer only without checking means that DNSSEC does not validate",
          "[dns][rfc4035-3.2.2]") {
    Failing world;
    world.recursive.answer_unchecked(
        kName, RecordType::a, GENERATE(a(kName, "192.0.2.7"), code(0), code(test::kNxDomain)));
    const auto why = world.why(GENERATE(Confirm::authoritative, Confirm::none));
    REQUIRE(why);
    CHECK_THAT(*why, ContainsSubstring("SERVFAIL from 127.0.0.1") &&
                         ContainsSubstring("DNSSEC does not validate"));
}

TEST_CASE("a name for which no server of its zone answers is broken", "[dns]") {
    Failing world;
    const DnsReply reply = GENERATE(code(test::kServFail), code(test::kRefused), silent());
    world.first.otherwise(reply);
    world.second.otherwise(reply);
    const auto why = world.why();
    REQUIRE(why);
    CHECK(*why == "SERVFAIL from 127.0.0.1, and none of its zone's name servers answers for it");
}

TEST_CASE("a zone that is down does not cost its deadline for each of its names", "[dns]") {
    DnsWorld world;
    world.first.otherwise(silent());
    world.second.otherwise(silent());
    world.recursive.otherwise(code(test::kNxDomain));
    auto settings = world.resolver.settings();
    settings.deadline = std::chrono::milliseconds{300};
    settings.zone_silences = std::make_shared<dns::Silences>();
    const dns::Resolver resolver{test::real_dns(), std::move(settings)};
    std::size_t asked = 0;
    for (const char* label : {"a", "b", "c", "d", "e", "f"}) {
        const std::string name = std::string{label} + ".shop.test";
        world.recursive.answer(name, RecordType::a, code(test::kServFail));
        CHECK(test::run(why_broken(resolver, name, RecordType::a, Confirm::authoritative)));
        if (world.first.asked(name, RecordType::a) > 0) ++asked;
    }
    CHECK(asked == 3);
    CHECK_FALSE(resolver.is_left_alone());
}

TEST_CASE("one server of the zone that answers is enough: the resolver has a trouble of its own",
          "[dns]") {
    Failing world;
    world.first.otherwise(code(test::kRefused));
    world.second.answer(kName, RecordType::a,
                        GENERATE(a(kName, "192.0.2.7"), code(0), code(test::kNxDomain)));
    CHECK_FALSE(world.why());
    // Who named that resolver trusts it.
    CHECK(world.why(Confirm::none) == "SERVFAIL from 127.0.0.1");
}

TEST_CASE("an alias into a zone that does not answer is broken", "[dns]") {
    Failing world;
    world.answer(kName, RecordType::a, {{{test::cname_record(kName, "x.cdn.test")}}});
    world.recursive.answer("cdn.test", RecordType::ns,
                           {{test::ns_record("cdn.test", "ns.cdn.test")}});
    world.recursive.answer("ns.cdn.test", RecordType::a, a("ns.cdn.test", "127.0.0.4"));
    test::DnsServer cdn{"127.0.0.4", world.recursive.port()};
    const bool answers = GENERATE(false, true);
    cdn.otherwise(code(test::kRefused));
    if (answers) cdn.answer("x.cdn.test", RecordType::a, a("x.cdn.test", "192.0.2.7"));
    CHECK(world.why().has_value() == !answers);
}

TEST_CASE("a zone that the resolver does not find is found from above", "[dns]") {
    const bool has_glue = GENERATE(true, false);
    const std::string glue = test::a_record("ns2.shop.test", "127.0.0.3");
    Unfound world{has_glue ? std::vector{glue} : std::vector<std::string>{}};
    CAPTURE(has_glue);
    world.second.otherwise(code(test::kRefused));
    CHECK(world.why());
    world.second.answer(kName, RecordType::a, a(kName, "192.0.2.7"));
    CHECK_FALSE(world.why());
}

TEST_CASE("a server that refers to itself comes to an end", "[dns]") {
    Unfound world{{test::a_record("ns2.shop.test", "127.0.0.2")}};
    CHECK(world.why());
}

TEST_CASE("a resolver that fails for all names tells nothing about one", "[dns]") {
    Failing world;
    if (GENERATE(false, true)) {
        world.recursive.answer_unchecked(kName, RecordType::a, a(kName, "192.0.2.7"));
    }
    world.recursive.otherwise(GENERATE(code(test::kServFail), code(test::kRefused)));
    CHECK_FALSE(world.why(GENERATE(Confirm::authoritative, Confirm::none)));
}

TEST_CASE("who does not fail any more, or is silent by now, has no finding", "[dns]") {
    Failing world;
    world.recursive.answer(
        kName, RecordType::a,
        {code(test::kServFail), GENERATE(a(kName, "192.0.2.7"), silent(), code(test::kRefused))});
    CHECK_FALSE(world.why(Confirm::none));
}
