#include "lifecycle/plan_renewals.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/certificate_maker.h"
#include "support/run_bench.h"

using Catch::Matchers::ContainsSubstring;
using ledger::BackoffScope;
using lifecycle::RenewalRun;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

/// An app with a certificate for two names that is due.
struct Due : test::RunBench {
    Due() {
        const std::vector<std::string> names{"a.example", "b.example"};
        const auto key = test::make_key();
        const std::string leaf = test::make_certificate({.common_name = "a.example",
                                                         .names = names,
                                                         .not_before = clock.now() - hours{24 * 80},
                                                         .not_after = clock.now() + hours{24 * 10}},
                                                        key);
        host.install_pair(app, leaf, key.to_pem().reveal());
        host.issue(app, "a.example", leaf);
        host.set_property("--global", "email", "me@x.test");
        host.set_property("--global", "server", test::at_ca("/directory"));
        REQUIRE(store.update_state("shop", [&](store::AppState& state) {
            state.covered = names;
            state.installed = store::InstalledPair{"ab12", store::Owner::ours,
                                                   clock.now() + hours{24 * 10}, clock.now()};
            state.installed->server = test::at_ca("/directory");
        }));
    }

    void back_off(BackoffScope kind, seconds patience, const std::string& key = "") const {
        ledger::Entry entry;
        entry.kind = ledger::EntryKind::backoff;
        entry.at = clock.now();
        entry.server = test::at_ca("/directory");
        entry.scope = kind;
        entry.key = key;
        entry.until = clock.now() + patience;
        entry.words = "no";
        entry.paused = kind == BackoffScope::name;
        REQUIRE(store.ledger().append({entry}, clock.now()));
    }

    /// The CA is not there to be asked for its window.
    Due& asked() {
        http.lose(http::Method::get, test::at_ca("/directory"));
        return *this;
    }

    std::string plan(RenewalRun run = RenewalRun::scheduled) {
        CHECK(context.loop.run(lifecycle::plan_renewals(context, {app}, run)) ==
              lifecycle::RunOutcome::done);
        return host.logged.out;
    }
};

}  // namespace

TEST_CASE("the plan tells what a run would renew", "[lifecycle]") {
    Due due;
    SECTION("nothing holds it back") {
        due.asked();
    }
    SECTION("some seconds are waited for") {
        due.back_off(BackoffScope::ca, seconds{20});
    }
    CHECK_THAT(due.plan(),
               ContainsSubstring("shop would be renewed now (the certificate's lifetime)\n"));
    CHECK(due.clock.passed() == seconds{0});
}

TEST_CASE("the plan tells what a run would not order", "[lifecycle][limits]") {
    Due due;
    SECTION("at a CA that wants no orders for a while") {
        due.back_off(BackoffScope::ca, hours{2});
        CHECK_THAT(due.plan(), ContainsSubstring("shop is due (the certificate's lifetime), but "
                                                 "would wait: ca.example asks not to be asked"));
    }
    SECTION("a name that the CA has paused") {
        due.back_off(BackoffScope::name, hours{2}, "b.example");
        CHECK_THAT(due.asked().plan(),
                   ContainsSubstring("shop would be renewed now (the certificate's "
                                     "lifetime), without b.example: ca.example has "
                                     "paused orders for b.example"));
    }
    SECTION("but what is typed asks for a paused name") {
        due.back_off(BackoffScope::name, hours{2}, "b.example");
        CHECK_THAT(due.asked().plan(RenewalRun::typed),
                   ContainsSubstring("shop would be renewed now (the certificate's lifetime)\n"));
    }
}
