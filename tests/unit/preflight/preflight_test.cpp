#include "preflight/preflight.h"

#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dns_server.h"
#include "support/run_bench.h"
#include "support/simulated_loop.h"
#include "support/slow_dns.h"
#include "support/slow_servers.h"

using Words = std::vector<std::string>;

namespace {

const Words kNames{"a.example", "b.example", "c.example", "d.example"};

/// The app's only name server does not answer.
struct Unheard : test::RunBench {
    Unheard() : RunBench(&test::real_loop()) {
        test::DnsReply nothing;
        nothing.silent = true;
        server.otherwise(nothing);
    }
    /// As after three questions of the run.
    void give_up() {
        const auto silence = context.silences->of({server.address()});
        for (int question = 0; question < 3; ++question)
            silence->note_no_answer(std::chrono::steady_clock::now());
    }
    ca::IssueJob looked_at(ca::Origin origin, const Words& names,
                           const std::string& provider = "") {
        auto made = job(names, [&](ca::Wanted& wanted) {
            wanted.settings.dns_resolvers.computed =
                "127.0.0.1:" + std::to_string(server.address().port);
            wanted.settings.dns_provider.computed = provider;
            wanted.options.lego.dns.query_timeout = std::chrono::seconds{1};
            wanted.options.lego.dns.fixed_wait = fixed_wait;
        });
        made.present.covered = {"a.example", "d.example"};
        ca::Request request;
        request.origin = origin;
        context.loop.run(preflight::check_dns(context, made, request));
        return made;
    }

    std::optional<std::chrono::seconds> fixed_wait;

    test::DnsServer server;
};

}  // namespace

TEST_CASE("while no name server answers, what nobody asked for is not ordered for the first time",
          "[preflight][design-4.3]") {
    Unheard bench;
    bench.give_up();
    const auto job = bench.looked_at(ca::Origin::scheduled, kNames);
    CHECK(ca::to_texts(job.names.ordered) == Words{"a.example", "d.example"});
    CHECK(job.alive());
    REQUIRE(job.names.deferred.size() == 2);
    CHECK(job.names.deferred.front().name == "b.example");
    CHECK(job.names.deferred.front().cause == store::cause::kResolverSilent);
    // No app of the run waits for the same servers again.
    CHECK(bench.server.questions().empty());
    CHECK(bench.looked_at(ca::Origin::automatic, kNames).names.deferred.size() == 2);
    CHECK(bench.looked_at(ca::Origin::all, kNames).names.deferred.empty());
}

TEST_CASE("one name of which no name server says anything is enough", "[preflight]") {
    Unheard bench;
    const auto job = bench.looked_at(ca::Origin::automatic, {"b.example"});
    REQUIRE(job.names.deferred.size() == 1);
    CHECK(job.names.deferred.front().cause == store::cause::kResolverSilent);
    CHECK_FALSE(job.alive());
}

TEST_CASE("DNS-01 waits for somebody who can tell whether its records are there", "[preflight]") {
    Unheard bench;
    const auto deferred = [&](ca::Origin origin, const std::string& name) {
        return bench.looked_at(origin, {name}, "exec").names.deferred.size();
    };
    CHECK(deferred(ca::Origin::automatic, "b.example") == 1);
    CHECK(deferred(ca::Origin::scheduled, "a.example") == 0);
    CHECK(deferred(ca::Origin::typed, "b.example") == 0);
    bench.fixed_wait = std::chrono::seconds{60};  // which asks no server
    CHECK(deferred(ca::Origin::automatic, "b.example") == 0);
}

TEST_CASE("a name whose DNS is broken is not ordered, by hand neither", "[preflight]") {
    Unheard bench;
    test::DnsReply failure;
    failure.code = test::kServFail;
    bench.server.otherwise({{}, test::kNxDomain});
    for (const char* name : {"b.example", "a.example"}) {
        for (const auto type : {dns::RecordType::a, dns::RecordType::aaaa})
            bench.server.answer(name, type, failure);
    }
    bench.server.answer("c.example", dns::RecordType::a,
                        {{test::a_record("c.example", "192.0.2.1")}});
    const auto origin = GENERATE(ca::Origin::typed, ca::Origin::scheduled);
    // That a certificate covers a.example changes nothing: the CA would refuse it.
    const auto job = bench.looked_at(origin, {"a.example", "b.example", "c.example"});
    CHECK(ca::to_texts(job.names.ordered) == Words{"c.example"});
    REQUIRE(job.names.deferred.size() == 2);
    for (const auto& deferred : job.names.deferred) {
        CHECK(deferred.cause == store::cause::kDnsBroken);
        CHECK(deferred.reason.message ==
              deferred.name + " cannot be resolved by any CA: SERVFAIL from 127.0.0.1");
    }
}

TEST_CASE("a name whose CAA records no CA could look up is not ordered", "[preflight]") {
    Unheard bench;
    bench.server.otherwise({{}, test::kNxDomain});
    test::DnsReply failure;
    failure.code = test::kServFail;
    bench.server.answer("b.example", dns::RecordType::caa, failure);
    auto job = bench.job({"*.b.example", "c.example"}, [&](ca::Wanted& wanted) {
        wanted.settings.dns_resolvers.computed =
            "127.0.0.1:" + std::to_string(bench.server.address().port);
        wanted.settings.dns_provider.computed = "exec";
    });
    auto directory = test::Bench::directory();
    directory.caa_identities = {"ca.test"};
    auto key = crypto::PrivateKey::parse_pem(test::account_key().to_pem().reveal());
    ca::CaSession session{bench.context, std::move(*key), std::move(directory)};
    job.ca.session = &session;
    bench.context.loop.run(preflight::check_caa(bench.context, job));
    CHECK(ca::to_texts(job.names.ordered) == Words{"c.example"});
    REQUIRE(job.names.deferred.size() == 1);
    CHECK(job.names.deferred.front().cause == store::cause::kDnsBroken);
    CHECK_THAT(job.names.deferred.front().reason.message,
               Catch::Matchers::ContainsSubstring("the CAA records of b.example: SERVFAIL"));
}

TEST_CASE("who is there to see it goes on without an answer", "[preflight][design-4.3]") {
    Unheard bench;
    bench.give_up();
    const auto job = bench.looked_at(ca::Origin::typed, kNames);
    CHECK(job.names.ordered.size() == 4);
    CHECK(job.names.deferred.empty());
}

TEST_CASE("names are looked up side by side, at most 64 questions at once", "[preflight]") {
    using namespace std::chrono_literals;
    test::RunBench bench;
    test::SimulatedLoop loop{bench.clock};
    test::SlowDns slow{loop};
    ca::Context context{bench.host.environment,
                        bench.store,
                        bench.log,
                        bench.http,
                        bench.clock,
                        loop,
                        slow,
                        bench.http,
                        bench.probe};
    std::vector<std::string> names;
    names.reserve(100);
    for (int i = 0; i < 100; ++i)
        names.push_back("n" + std::to_string(i) + ".example");
    auto job = bench.job(names, [](ca::Wanted& wanted) {
        wanted.settings.dns_resolvers.computed = "192.0.2.53";
        wanted.options.lego.dns.query_timeout = 10s;
    });
    loop.run(preflight::check_dns(context, job, {}));
    // One after another they would have taken a thousand seconds.
    CHECK(bench.clock.passed() <= 25s);
    CHECK(slow.most == 64);
    CHECK(job.alive());
    CHECK(job.addresses.size() == 100);
}

TEST_CASE("names are fetched at all their addresses side by side, and told of in their order",
          "[preflight][design-4.3]") {
    using namespace std::chrono_literals;
    test::RunBench bench;
    test::SlowServers servers;
    ca::Context context{
        bench.host.environment, bench.store,       bench.log, bench.http, bench.clock,
        bench.simulated,        bench.context.dns, servers,   bench.probe};
    const auto to_itself = [](std::chrono::milliseconds after, const std::string& name) {
        return test::SlowServers::Answer{after, {301, {{"location", "https://" + name + "/"}}, ""}};
    };
    servers.answers = {{"a.example", to_itself(4s, "a.example")},
                       {"b.example", {2s, {404, {}, "no"}}},
                       {"c.example", to_itself(1s, "c.example")}};
    auto job = bench.job({"a.example", "b.example", "c.example"});
    dns::Addresses where;
    where.state = dns::Addresses::State::found;
    where.ipv4 = {"203.0.113.8", "203.0.113.9"};
    for (const char* name : {"a.example", "b.example", "c.example"})
        job.addresses.insert_or_assign(name, where);
    context.loop.run(preflight::check_reachability(context, job));
    CHECK(bench.clock.passed() == 4s);
    CHECK(servers.most == 6);
    CHECK(ca::to_texts(job.names.ordered) == std::vector<std::string>{"a.example", "c.example"});
    REQUIRE(job.names.deferred.size() == 1);
    CHECK(job.names.deferred.front().cause == store::cause::kOtherServer);
    const std::string& told = bench.host.logged.err;
    CHECK(told.find("a.example is redirected") < told.find("c.example is redirected"));
    CHECK(told.find("c.example is redirected") != std::string::npos);
}
