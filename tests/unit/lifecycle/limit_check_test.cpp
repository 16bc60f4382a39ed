#include "lifecycle/limit_check.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;
using std::chrono::hours;
using std::chrono::seconds;
using store::LedgerKind;
using store::ParkedKind;

namespace {

/// A host whose ledger says that the scripted CA asked for some patience.
struct Parked : test::RunBench {
    void park(ParkedKind kind, seconds patience, const std::string& key = "") const {
        store::LedgerEntry entry;
        entry.kind = LedgerKind::parked;
        entry.at = clock.now();
        entry.server = test::at_ca("/directory");
        entry.account = kind == ParkedKind::ca ? "" : test::at_ca("/account/1");
        entry.parked = kind;
        entry.key = key;
        entry.until = clock.now() + patience;
        entry.words = "too many";
        REQUIRE(store.ledger().append({entry}, clock.now()));
    }

    std::vector<store::LedgerEntry> entries() const {
        return store.ledger().read(clock.now()).value();
    }
};

}  // namespace

TEST_CASE("some seconds that a CA asks for are waited for", "[lifecycle][limits]") {
    Parked host;
    auto job = host.job();
    SECTION("by an account") {
        host.park(ParkedKind::account, seconds{20});
        lifecycle::LimitCheck limits{host.context, false};
        limits.check(job);
    }
    SECTION("by all") {
        host.park(ParkedKind::ca, seconds{20});
        lifecycle::LimitCheck limits{host.context, false};
        CHECK_FALSE(limits.refuse_parked_ca(job));
    }
    CHECK(job.alive());
    CHECK(host.clock.passed() == seconds{20});
}

TEST_CASE("an order that the CA does not want now is not placed", "[lifecycle][limits]") {
    Parked host;
    auto job = host.job();
    SECTION("by an account") {
        host.park(ParkedKind::account, hours{2});
        lifecycle::LimitCheck limits{host.context, false};
        limits.check(job);
        CHECK_FALSE(job.ca_is_parked);
    }
    SECTION("by all") {
        host.park(ParkedKind::ca, hours{2});
        lifecycle::LimitCheck limits{host.context, false};
        CHECK(limits.refuse_parked_ca(job));
        CHECK(job.ca_is_parked);
    }
    REQUIRE(job.failure);
    CHECK(job.cause == lifecycle::cause::kRateLimited);
    CHECK(job.failure->error.retry_at == host.clock.now() + hours{2});
    CHECK_THAT(job.failure->error.message, ContainsSubstring("\"too many\""));
    CHECK(host.clock.passed() == seconds{0});
}

TEST_CASE("a name that is parked is left out, the others are ordered", "[lifecycle][limits]") {
    Parked host;
    auto job = host.job({"a.example", "b.example"});
    host.park(ParkedKind::name, hours{2}, "a.example");
    lifecycle::LimitCheck limits{host.context, false};
    limits.check(job);
    REQUIRE(job.alive());
    CHECK(lifecycle::to_texts(job.names) == std::vector<std::string>{"b.example"});
    REQUIRE(job.held.size() == 1);
    CHECK(job.held.front().cause == lifecycle::cause::kRateLimited);
}

TEST_CASE("who forces an order is warned once", "[lifecycle][limits]") {
    Parked host;
    auto job = host.job();
    host.park(ParkedKind::ca, hours{2});
    lifecycle::LimitCheck limits{host.context, true};
    CHECK_FALSE(limits.refuse_parked_ca(job));
    CHECK(host.host.logged.err.empty());
    limits.check(job);
    CHECK(job.alive());
    CHECK_THAT(host.host.logged.err, ContainsSubstring("ordered all the same (--force)"));
}

TEST_CASE("what comes of an order is in the ledger", "[lifecycle][limits]") {
    Parked host;
    auto job = host.job();
    lifecycle::LimitCheck limits{host.context, false};
    limits.note_order(job, true);
    SECTION("a certificate") {
        job.issued = acme::IssuedCertificate{};
        limits.note_result(job);
        REQUIRE(host.entries().size() == 2);
        CHECK(host.entries()[1].kind == LedgerKind::certificate);
        CHECK(host.entries()[1].exempt);
    }
    SECTION("a validation that was refused") {
        acme::Failure failure;
        failure.error.kind = base::ErrorKind::rejected;
        failure.problem = acme::Problem{};
        failure.problem->type = "urn:ietf:params:acme:error:connection";
        failure.problem->detail = "Timeout during connect";
        job.fail(std::move(failure));
        limits.note_result(job);
        REQUIRE(host.entries().size() == 2);
        CHECK(host.entries()[1].kind == LedgerKind::failure);
        CHECK(host.entries()[1].names == std::vector<std::string>{"a.example"});
    }
    CHECK(host.entries()[0].kind == LedgerKind::order);
    CHECK(host.entries()[0].exempt);
    CHECK(host.entries()[0].account == test::at_ca("/account/1"));
}
