#include "dns/silence.h"

#include <chrono>

#include <catch2/catch_test_macros.hpp>

#include "dns/authoritative.h"
#include "dns/resolver.h"
#include "support/dns_server.h"
#include "support/real_loop.h"

using dns::RecordType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

/// A resolver whose only server never answers, and that waits for it only shortly.
struct Unheard {
    Unheard() {
        test::DnsReply silent;
        silent.silent = true;
        for (const char* name : {"a.test", "b.test", "c.test", "d.test"})
            server.answer(name, RecordType::a, silent);
    }
    base::ErrorKind ask(const char* name) const {
        const auto answer = test::run(resolver.ask(name, RecordType::a));
        return answer ? base::ErrorKind::internal : answer.error().kind;
    }

    test::DnsServer server;
    std::shared_ptr<dns::Silence> silence = std::make_shared<dns::Silence>();
    dns::Resolver resolver{
        test::real_dns(),
        {.servers = {server.address()}, .deadline = milliseconds{60}, .silence = silence}};
};

}  // namespace

TEST_CASE("three questions without an answer, then a minute's pause, then one",
          "[dns][design-4.3]") {
    dns::Silence silence;
    const steady_clock::time_point now{seconds{1'000}};
    silence.note_no_answer(now);
    silence.note_no_answer(now);
    CHECK_FALSE(silence.lasts(now));
    silence.note_no_answer(now);
    CHECK(silence.lasts(now));
    CHECK(silence.lasts(now + seconds{59}));
    CHECK_FALSE(silence.lasts(now + seconds{60}));
    // The one that is asked then decides.
    silence.note_no_answer(now + seconds{70});
    CHECK(silence.lasts(now + seconds{129}));
    CHECK_FALSE(silence.lasts(now + seconds{130}));
    silence.note_answer();
    CHECK_FALSE(silence.lasts(now + seconds{71}));
    silence.note_no_answer(now + seconds{131});
    CHECK_FALSE(silence.lasts(now + seconds{131}));
}

TEST_CASE("an answer in between begins the count anew", "[dns][design-4.3]") {
    dns::Silence silence;
    const steady_clock::time_point now{seconds{1'000}};
    for (int i = 0; i < 10; ++i) {
        silence.note_no_answer(now);
        silence.note_no_answer(now);
        silence.note_answer();
    }
    CHECK_FALSE(silence.lasts(now));
}

TEST_CASE("resolvers with the same servers share what is known of them", "[dns][design-4.3]") {
    dns::Silences silences;
    const auto system = silences.of({});
    const auto own = silences.of({{"192.0.2.53", 53}});
    CHECK(system == silences.of({}));
    CHECK(own == silences.of({{"192.0.2.53", 53}}));
    CHECK(own != system);
    CHECK(own != silences.of({{"192.0.2.53", 5353}}));
}

TEST_CASE("servers that do not answer are not asked a fourth time", "[dns][design-4.3]") {
    const Unheard host;
    for (const char* name : {"a.test", "b.test", "c.test"})
        CHECK(host.ask(name) == base::ErrorKind::timeout);
    const auto asked = host.server.questions().size();
    CHECK(host.resolver.is_left_alone());
    const auto started = steady_clock::now();
    CHECK(host.ask("d.test") == base::ErrorKind::timeout);
    CHECK(steady_clock::now() - started < milliseconds{30});
    CHECK(host.server.questions().size() == asked);
}

TEST_CASE("an answer that says nothing is one", "[dns][design-4.3]") {
    Unheard host;
    test::DnsReply failure;
    failure.code = test::kServFail;
    host.server.answer("fails.test", RecordType::a, failure);
    for (int i = 0; i < 3; ++i) {
        CHECK(host.ask("a.test") == base::ErrorKind::timeout);
        CHECK(host.ask("fails.test") == base::ErrorKind::internal);
    }
    CHECK_FALSE(host.resolver.is_left_alone());
}

TEST_CASE("a zone's own server that is silent is not held against the resolver",
          "[dns][design-4.3]") {
    const Unheard host;
    const auto zone = dns::to_authoritative(host.resolver, host.server.address(), milliseconds{30});
    for (int i = 0; i < 4; ++i)
        CHECK_FALSE(test::run(zone.ask("a.test", RecordType::a)));
    CHECK_FALSE(host.resolver.is_left_alone());
}
