#include "ca/choose_ca.h"

#include <catch2/catch_test_macros.hpp>

#include "settings/known_servers.h"
#include "support/fake_clock.h"
#include "support/run_bench.h"

using std::chrono::days;
using std::chrono::hours;

namespace {

acme::Failure refusal() {
    acme::Failure failure;
    failure.error.kind = base::ErrorKind::rejected;
    failure.problem = acme::Problem{};
    failure.problem->type = "urn:ietf:params:acme:error:unauthorized";
    failure.status = 403;
    return failure;
}

/// A job whose own CA has failed for long, with the fallback server set.
ca::IssueJob failing_job(test::RunBench& bench, const std::string& server,
                         const std::string& fallback, bool has_external_account = true) {
    return bench.job({"a.example"}, [&](ca::Wanted& wanted) {
        wanted.settings.server.computed = settings::server_url(server);
        wanted.settings.fallback_server.computed = settings::server_url(fallback);
        wanted.options.lego.external_account = has_external_account;
    });
}

}  // namespace

TEST_CASE("the fallback server is for a CA that fails for long while the end comes near",
          "[ca][design-4.4]") {
    const test::FakeClock clock;
    const auto now = clock.now();
    const base::CertificateDates near_end{now - days{70}, now + days{20}};
    const base::CertificateDates young{now - days{60}, now + days{30}};
    CHECK_FALSE(ca::needs_fallback(std::nullopt, near_end, now));
    CHECK_FALSE(ca::needs_fallback(now - hours{11}, near_end, now));
    CHECK(ca::needs_fallback(now - hours{12}, near_end, now));
    CHECK_FALSE(ca::needs_fallback(now - hours{12}, young, now));
    CHECK(ca::needs_fallback(now - hours{12}, std::nullopt, now));
}

TEST_CASE("a CA fails while it does not answer, and no longer once it does", "[ca][design-4.4]") {
    test::RunBench bench;
    const auto now = bench.clock.now();
    auto job = bench.job();
    store::AppState state;
    job.fail(acme::fail(base::ErrorKind::network, "no route to host", ""));
    ca::note_ca_health(state, job, now);
    CHECK(state.ca_fails_since == now);
    ca::note_ca_health(state, job, now + hours{1});
    CHECK(state.ca_fails_since == now);
    SECTION("what this host could not do says nothing") {
        job.fail(store::cause::kHost, {base::ErrorKind::io, "no space", std::nullopt, {}});
        ca::note_ca_health(state, job, now + hours{2});
        CHECK(state.ca_fails_since == now);
    }
    SECTION("one that refuses is at work") {
        job.fail(refusal());
        ca::note_ca_health(state, job, now + hours{2});
        CHECK_FALSE(state.ca_fails_since);
    }
    SECTION("one that issues is as well") {
        job.go_on();
        ca::note_ca_health(state, job, now + hours{2});
        CHECK_FALSE(state.ca_fails_since);
    }
}

TEST_CASE("a fallback server that does not issue for the names is none", "[ca]") {
    test::RunBench bench;
    store::AppState state;
    state.ca_fails_since = bench.clock.now() - days{1};
    auto job = failing_job(bench, "default", "sslcom");
    SECTION("one name") {
        ca::choose_ca(bench.context, job, state);
        CHECK(job.ca.is_fallback);
        CHECK(bench.host.logged.err.find("sells one for a year") != std::string::npos);
    }
    SECTION("a wildcard beside it") {
        job.names.ordered.push_back(dns::DnsName::parse("*.a.example").value());
        ca::choose_ca(bench.context, job, state);
        CHECK_FALSE(job.ca.is_fallback);
        CHECK(job.ca.server == settings::server_url("default"));
        CHECK(job.ca.takes_external_account);
        CHECK(bench.host.logged.err.find(
                  "the fallback server cannot stand in for a.example, *.a.example: "
                  "sslcom issues free certificates for one name") != std::string::npos);
    }
}

TEST_CASE("a fallback server that would make no account is none", "[ca]") {
    test::RunBench bench;
    store::AppState state;
    state.ca_fails_since = bench.clock.now() - days{1};
    std::string said = "actalis wants an external account, and none is set";
    std::string first = "default";
    bool is_set = true;
    SECTION("none is set") {
        is_set = false;
    }
    SECTION("the one that is set is of the first CA") {
        first = "zerossl";
        said = "actalis wants an external account, and eab-kid is that of the first CA";
    }
    auto job = failing_job(bench, first, "actalis", is_set);
    ca::choose_ca(bench.context, job, state);
    CHECK_FALSE(job.ca.is_fallback);
    CHECK(job.ca.server == settings::server_url(first));
    CHECK(job.ca.takes_external_account == is_set);
    CHECK(bench.host.logged.err.find(said) != std::string::npos);

    // One that it made before will do.
    const std::string fallback = job.settings().fallback_server.computed;
    REQUIRE(bench.store.write_account_key(fallback, "me@x.test", test::account_key().to_pem()));
    REQUIRE(bench.store.write_account(fallback, "me@x.test", "https://acme-api.actalis.com/1",
                                      R"({"status":"valid"})"));
    ca::choose_ca(bench.context, job, state);
    CHECK(job.ca.is_fallback);
}

TEST_CASE("the external account goes to the CA that it is of", "[ca]") {
    test::RunBench bench;
    store::AppState state;
    state.ca_fails_since = bench.clock.now() - days{1};
    SECTION("the first one's is not for the fallback") {
        auto job = failing_job(bench, "zerossl", "default");
        ca::choose_ca(bench.context, job, state);
        REQUIRE(job.ca.is_fallback);
        CHECK_FALSE(job.ca.takes_external_account);
    }
    SECTION("where only the fallback wants one, it is the fallback's") {
        auto job = failing_job(bench, "default", "zerossl");
        ca::choose_ca(bench.context, job, state);
        REQUIRE(job.ca.is_fallback);
        CHECK(job.ca.takes_external_account);
    }
}
