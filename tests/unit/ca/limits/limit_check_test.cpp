#include "ca/limits/limit_check.h"

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "ca/replaced_certificate.h"
#include "renewal/renewal_plan.h"
#include "settings/known_servers.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;
using ledger::BackoffScope;
using ledger::EntryKind;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

/// A host whose ledger says that the scripted CA asked for some patience.
struct Backoff : test::RunBench {
    void back_off(BackoffScope kind, seconds patience, const std::string& key = "") const {
        ledger::Entry entry;
        entry.kind = EntryKind::backoff;
        entry.at = clock.now();
        entry.server = test::at_ca("/directory");
        entry.account = kind == BackoffScope::ca ? "" : test::at_ca("/account/1");
        entry.scope = kind;
        entry.key = key;
        entry.until = clock.now() + patience;
        entry.words = "too many";
        REQUIRE(store.ledger().append({entry}, clock.now()));
    }

    static acme::Failure refusal(const std::string& type) {
        acme::Failure failure;
        failure.error.kind = base::ErrorKind::rejected;
        failure.status = 400;
        failure.problem = acme::Problem{};
        failure.problem->type = "urn:ietf:params:acme:error:" + type;
        failure.problem->detail = "Timeout during connect";
        return failure;
    }

    std::vector<ledger::Entry> entries() const { return store.ledger().read(clock.now()).value(); }
};

}  // namespace

TEST_CASE("some seconds that a CA asks for are waited for", "[ca-limits][limits]") {
    Backoff host;
    auto job = host.job();
    SECTION("by an account") {
        host.back_off(BackoffScope::account, seconds{20});
        ca::limits::LimitCheck limits{host.context, false};
        host.context.loop.run(limits.check(job));
    }
    SECTION("by all") {
        host.back_off(BackoffScope::ca, seconds{20});
        ca::limits::LimitCheck limits{host.context, false};
        CHECK_FALSE(host.context.loop.run(limits.refuse_ca_in_backoff(job)));
    }
    CHECK(job.alive());
    CHECK(host.clock.passed() == seconds{20});
}

TEST_CASE("an order that the CA does not want now is not placed", "[ca-limits][limits]") {
    Backoff host;
    auto job = host.job();
    const seconds asked = GENERATE(seconds{31}, seconds{hours{2}});
    SECTION("by an account") {
        host.back_off(BackoffScope::account, asked);
        ca::limits::LimitCheck limits{host.context, false};
        host.context.loop.run(limits.check(job));
        CHECK_FALSE(job.ca_is_in_backoff);
    }
    SECTION("by all") {
        host.back_off(BackoffScope::ca, asked);
        ca::limits::LimitCheck limits{host.context, false};
        CHECK(host.context.loop.run(limits.refuse_ca_in_backoff(job)));
        CHECK(job.ca_is_in_backoff);
    }
    REQUIRE(job.failure());
    CHECK(job.cause() == store::cause::kRateLimited);
    CHECK(job.failure()->error.retry_at == host.clock.now() + asked);
    CHECK_THAT(job.failure()->error.message, ContainsSubstring("\"too many\""));
    CHECK(host.clock.passed() == seconds{0});
}

TEST_CASE("a name that is in backoff is left out, the others are ordered", "[ca-limits][limits]") {
    Backoff host;
    auto job = host.job({"a.example", "b.example"});
    host.back_off(BackoffScope::name, hours{2}, "a.example");
    ca::limits::LimitCheck limits{host.context, false};
    host.context.loop.run(limits.check(job));
    REQUIRE(job.alive());
    CHECK(ca::to_texts(job.names.ordered) == std::vector<std::string>{"b.example"});
    REQUIRE(job.names.deferred.size() == 1);
    CHECK(job.names.deferred.front().cause == store::cause::kRateLimited);
}

TEST_CASE("what is paused is asked for by the schedule once a day, by a person at once",
          "[ca-limits][limits]") {
    Backoff host;
    acme::Failure refusal =
        acme::fail(base::ErrorKind::rate_limited, "said", test::at_ca("/order"));
    refusal.status = 429;
    refusal.problem.emplace();
    refusal.problem->type = "urn:ietf:params:acme:error:rateLimited";
    refusal.problem->detail =
        "Your account is temporarily prevented from requesting certificates for a.example and "
        "possibly others. Please visit: https://ca.test/unpause?jwt=" +
        std::string(3000, 'j');
    auto refused = host.job({"a.example", "b.example"});
    ca::limits::LimitCheck{host.context, false}.note_failure(refused, refusal);

    auto scheduled = host.job({"a.example", "b.example"});
    host.context.loop.run(ca::limits::LimitCheck{host.context, false}.check(scheduled));
    CHECK(scheduled.alive());
    REQUIRE(scheduled.names.deferred.size() == 1);
    CHECK(scheduled.names.deferred.front().name == "a.example");
    CHECK(scheduled.names.deferred.front().cause == store::cause::kPaused);
    CHECK_THAT(scheduled.names.deferred.front().reason.message,
               ContainsSubstring(refusal.problem->detail));
    auto typed = host.job({"a.example", "b.example"});
    host.context.loop.run(ca::limits::LimitCheck{host.context, false, true}.check(typed));
    CHECK(typed.names.deferred.empty());
    host.clock.advance(hours{24});
    auto next_day = host.job({"a.example"});
    host.context.loop.run(ca::limits::LimitCheck{host.context, false}.check(next_day));
    CHECK(next_day.alive());
}

TEST_CASE("a CA that makes no account now is asked by those that have one", "[ca-limits][limits]") {
    Backoff host;
    ledger::Entry entry;
    entry.kind = EntryKind::backoff;
    entry.at = host.clock.now();
    entry.server = test::at_ca("/directory");
    entry.scope = BackoffScope::registration;
    entry.until = host.clock.now() + hours{2};
    REQUIRE(host.store.ledger().append({entry}, host.clock.now()));
    ca::limits::LimitCheck limits{host.context, false};
    auto without = host.job();
    CHECK(host.context.loop.run(limits.refuse_ca_in_backoff(without)));
    CHECK(without.cause() == store::cause::kRateLimited);
    CHECK_FALSE(without.ca_is_in_backoff);
    REQUIRE(host.store.write_account_key(entry.server, "me@x.test", test::account_key().to_pem()));
    REQUIRE(host.store.write_account(entry.server, "me@x.test", test::at_ca("/account/1"),
                                     R"({"status":"valid"})"));
    auto with = host.job();
    CHECK_FALSE(host.context.loop.run(limits.refuse_ca_in_backoff(with)));
    CHECK(with.alive());
}

TEST_CASE("who forces an order is warned once", "[ca-limits][limits]") {
    Backoff host;
    auto job = host.job();
    host.back_off(BackoffScope::ca, hours{2});
    ca::limits::LimitCheck limits{host.context, true};
    CHECK_FALSE(host.context.loop.run(limits.refuse_ca_in_backoff(job)));
    CHECK(host.host.logged.err.empty());
    host.context.loop.run(limits.check(job));
    CHECK(job.alive());
    CHECK_THAT(host.host.logged.err, ContainsSubstring("ordered all the same (--force)"));
    const std::string once = host.host.logged.err;
    host.context.loop.run(limits.check(job));  // when the order's turn comes
    CHECK(host.host.logged.err == once);
}

TEST_CASE("what comes of an order is in the ledger", "[ca-limits][limits]") {
    Backoff host;
    auto job = host.job();
    ca::limits::LimitCheck limits{host.context, false};
    limits.reserve(job);
    // Before it is sent: another run may be about to order as well.
    REQUIRE(host.entries().size() == 1);
    CHECK(host.entries()[0].kind == EntryKind::order);
    CHECK(host.entries()[0].account == test::at_ca("/account/1"));
    SECTION("a certificate") {
        limits.note_order(job, false);
        job.issued = acme::IssuedCertificate{};
        limits.note_result(job);
        REQUIRE(host.entries().size() == 2);
        CHECK(host.entries()[1].kind == EntryKind::certificate);
    }
    SECTION("a validation that was refused") {
        limits.note_order(job, false);
        acme::Failure failure = Backoff::refusal("connection");
        failure.invalid = {acme::to_identifier("a.example")};
        limits.note_refused(job, failure);
        job.fail(std::move(failure));
        limits.note_result(job);
        REQUIRE(host.entries().size() == 3);
        CHECK(host.entries()[1].kind == EntryKind::failure);
        CHECK(host.entries()[1].names == std::vector<std::string>{"a.example"});
        CHECK(host.entries()[2].kind == EntryKind::order_over);
        CHECK_FALSE(host.entries()[2].refused);
    }
    SECTION("an order that the CA did not take") {
        job.fail(Backoff::refusal("rejectedIdentifier"));
        limits.note_result(job);
        REQUIRE(host.entries().size() == 2);
        CHECK(host.entries()[1].kind == EntryKind::order_over);
        CHECK(host.entries()[1].refused);
    }
    SECTION("an answer that was lost may have been a yes") {
        job.fail(acme::fail(base::ErrorKind::network, "reset", test::at_ca("/new-order")));
        limits.note_result(job);
        REQUIRE(host.entries().size() == 2);
        CHECK_FALSE(host.entries()[1].refused);
    }
    SECTION("an order that a later run resumes stays under way") {
        limits.note_order(job, false);
        job.fail(acme::fail(base::ErrorKind::timeout, "too slow", test::at_ca("/order/1")));
        limits.note_result(job);
        CHECK(host.entries().size() == 1);
    }
    SECTION("one that is sent again after a refusal counts once") {
        limits.reserve(job);
        REQUIRE(host.entries().size() == 3);
        CHECK(host.entries()[1].kind == EntryKind::order_over);
        CHECK(host.entries()[1].refused);
        CHECK(host.entries()[2].kind == EntryKind::order);
    }
}

namespace {

/// An app below example.org at the CA of which the numbers are known.
ca::IssueJob new_below_domain(Backoff& host, int i) {
    auto job = host.job({"app" + std::to_string(i) + ".example.org"});
    job.ca.server = settings::kProductionServer;
    return job;
}

}  // namespace

TEST_CASE("of 75 apps below one domain that are ordered together 50 are", "[ca-limits][limits]") {
    Backoff host;
    ca::limits::LimitCheck limits{host.context, false};
    std::vector<std::unique_ptr<ca::IssueJob>> jobs;
    jobs.reserve(75);
    for (int i = 0; i < 75; ++i)
        jobs.push_back(std::make_unique<ca::IssueJob>(new_below_domain(host, i)));
    // All are under way before the first one is issued.
    for (auto& job : jobs) {
        host.context.loop.run(limits.check(*job));
        if (job->alive()) limits.reserve(*job);
        if (job->alive()) limits.note_order(*job, false);
    }
    std::vector<base::UtcTime> turns;
    for (auto& job : jobs) {
        if (job->failure()) turns.push_back(job->failure()->error.retry_at.value());
    }
    REQUIRE(turns.size() == 25);
    const seconds interval = seconds{hours{24 * 7}} / 50;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const auto turn = host.clock.now() + static_cast<int>(i + 1) * interval;
        CHECK(turns[i] >= turn);
        CHECK(turns[i] <= turn + std::chrono::minutes{1});
    }
}

TEST_CASE("what another run learned meanwhile stops an order right before it is sent",
          "[ca-limits][limits]") {
    Backoff host;
    auto job = host.job();
    ca::limits::LimitCheck limits{host.context, false};
    host.context.loop.run(limits.check(job));
    REQUIRE(job.alive());
    ledger::Entry paused;
    paused.kind = EntryKind::backoff;
    paused.at = host.clock.now();
    paused.server = test::at_ca("/directory");
    paused.account = test::at_ca("/account/1");
    paused.scope = BackoffScope::name;
    paused.key = "a.example";
    paused.until = host.clock.now() + hours{24};
    paused.paused = true;
    REQUIRE(host.store.ledger().append({paused}, host.clock.now()));
    limits.reserve(job);
    REQUIRE(job.failure());
    CHECK(job.cause() == store::cause::kPaused);
    // Nothing is under way.
    CHECK(host.entries().size() == 1);
}

TEST_CASE("runs of other processes take places as well", "[ca-limits][limits]") {
    Backoff host;
    ca::limits::LimitCheck one{host.context, false};
    ca::limits::LimitCheck other{host.context, false};
    std::vector<std::unique_ptr<ca::IssueJob>> jobs;
    jobs.reserve(60);
    int placed = 0;
    for (int i = 0; i < 60; ++i) {
        jobs.push_back(std::make_unique<ca::IssueJob>(new_below_domain(host, i)));
        (i % 2 == 0 ? one : other).reserve(*jobs.back());
        if (jobs.back()->alive()) ++placed;
    }
    CHECK(placed == 50);
}

namespace {

/// An app with a certificate of production, the window of which is an hour long.
struct Renewing : Backoff {
    static constexpr seconds kWindow{3600};

    Renewing() {
        job->ca.server = settings::kProductionServer;
        auto directory = test::Bench::directory();
        directory.url = settings::kProductionServer;
        directory.renewal_info = test::at_ca("/renewal-info");
        auto key = crypto::PrivateKey::parse_pem(test::account_key().to_pem().reveal());
        session = std::make_unique<ca::CaSession>(context, std::move(*key), std::move(directory));
        session->client().use_account(test::at_ca("/account/1"));
        job->ca.session = session.get();
        job->present.fingerprint = "ab12";
        job->present.renewal_id = "id.serial";
        job->present.covered = {"a.example"};
        REQUIRE(store.update_state("shop", [&](store::AppState& state) {
            state.installed = store::InstalledPair{"ab12",
                                                   store::Owner::ours,
                                                   clock.now() + hours{24 * 30},
                                                   clock.now() - hours{24 * 60},
                                                   std::string{settings::kProductionServer},
                                                   test::at_ca("/account/1")};
            store::RenewalPlan plan;
            plan.fingerprint = "ab12";
            plan.start = start;
            plan.end = start + kWindow;
            state.renewal = plan;
        }));
    }

    base::UtcTime start = clock.now() + hours{1};
    std::unique_ptr<ca::IssueJob> job = std::make_unique<ca::IssueJob>(this->Backoff::job());
    std::unique_ptr<ca::CaSession> session;
};

}  // namespace

TEST_CASE("an order is exempt exactly within the window of what it replaces",
          "[ca-limits][limits]") {
    Renewing host;
    const auto is_exempt_at = [&](base::UtcTime at) {
        host.clock.advance(at - host.clock.now());
        return ca::is_exempt_order(host.context, *host.job);
    };
    CHECK_FALSE(is_exempt_at(host.start - seconds{1}));
    CHECK(is_exempt_at(host.start));
    CHECK(is_exempt_at(host.start + Renewing::kWindow - seconds{1}));
    CHECK_FALSE(is_exempt_at(host.start + Renewing::kWindow));
}

TEST_CASE("an order without replaces is not exempt", "[ca-limits][limits]") {
    Renewing host;
    host.clock.advance(hours{1});
    REQUIRE(ca::is_exempt_order(host.context, *host.job));
    SECTION("the certificate in place shares no name with it") {
        host.job->present.covered = {"b.example"};
    }
    SECTION("another account ordered it") {
        host.session->client().use_account(test::at_ca("/account/2"));
    }
    SECTION("the window is that of another certificate") {
        host.job->present.fingerprint = "cd34";
    }
    SECTION("the CA has revoked the certificate in place") {
        host.job->present.is_revoked = true;
    }
    SECTION("the CA named none") {
        REQUIRE(
            host.store.update_state("shop", [](store::AppState& state) { state.renewal.reset(); }));
    }
    CHECK_FALSE(ca::is_exempt_order(host.context, *host.job));
}

TEST_CASE("the ledger tells an exempt order from one that only names what it replaces",
          "[ca-limits][limits]") {
    Renewing host;
    ca::limits::LimitCheck limits{host.context, false};
    const bool is_inside = GENERATE(false, true);
    if (is_inside) host.clock.advance(hours{1});
    limits.reserve(*host.job);
    limits.note_order(*host.job, true);
    REQUIRE(host.entries().size() == 1);
    CHECK(host.entries()[0].exempt == is_inside);
    CHECK(host.entries()[0].renewal);
    SECTION("a CA that does not take `replaces` counts the order") {
        limits.note_order(*host.job, false);
        CHECK(host.entries().size() == (is_inside ? 3 : 1));
        CHECK_FALSE(host.entries().back().exempt);
    }
}
