#include "renewal/renewal_plan.h"

#include <catch2/catch_test_macros.hpp>

#include "ca/replaced_certificate.h"
#include "settings/read_settings.h"
#include "support/fake_clock.h"
#include "support/run_bench.h"

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

acme::RenewalInfo window(base::UtcTime start, base::UtcTime end) {
    acme::RenewalInfo info;
    info.start = start;
    info.end = end;
    info.ask_again = hours{6};
    return info;
}

store::RenewalPlan fresh() {
    store::RenewalPlan plan;
    plan.fingerprint = "ab";
    return plan;
}

}  // namespace

TEST_CASE("a moment is chosen in the window once, and again when the window moves",
          "[renewal][rfc9773-4.2]") {
    const test::FakeClock clock;
    const auto now = clock.now();
    const auto first = window(now + hours{10}, now + hours{20});
    const auto plan = renewal::plan_after(fresh(), first, now, 0.5);
    CHECK(plan.moment == now + hours{10} + minutes{270});
    CHECK(plan.next_ask == now + hours{6});
    CHECK(plan.fingerprint == "ab");

    CHECK(renewal::plan_after(plan, first, now + hours{6}, 0.9).moment == plan.moment);
    const auto moved = window(now + hours{10}, now + hours{30});
    CHECK(renewal::plan_after(plan, moved, now, 0.0).moment == now + hours{10});
    CHECK(renewal::plan_after(plan, moved, now, 0.5).moment == now + hours{19});
    CHECK(renewal::plan_after(plan, moved, now, 1.0).moment == now + hours{28});
}

TEST_CASE("in a window that is over any moment is past", "[renewal][rfc9773-4.2]") {
    const test::FakeClock clock;
    const auto now = clock.now();
    const auto plan =
        renewal::plan_after(fresh(), window(now - hours{5}, now - hours{1}), now, 1.0);
    // Due is what is before now (renewal/rule.h): now itself would wait for the next run.
    CHECK(plan.moment == now - hours{1} - minutes{24});
}

TEST_CASE("a CA that says nothing is asked again at growing distances; nonsense falls back",
          "[renewal][rfc9773-4.3.3]") {
    const test::FakeClock clock;
    const auto now = clock.now();
    auto plan = renewal::plan_after(fresh(), window(now, now + hours{2}), now, 0.5);
    for (const int pause : {1, 2, 4, 6, 6}) {
        plan = renewal::plan_after(plan, renewal::AriFailure::no_answer, now);
        CHECK(plan.next_ask == now + hours{pause});
        CHECK(plan.moment == now + minutes{54});
    }
    using renewal::AriFailure;
    CHECK(renewal::plan_after(plan, AriFailure::no_answer, now, now + hours{9}).next_ask ==
          now + hours{9});
    CHECK(renewal::plan_after(plan, AriFailure::no_answer, now, now + hours{2}).next_ask ==
          now + hours{6});
    CHECK(renewal::plan_after(plan, AriFailure::no_answer, now, now + hours{24 * 365}).next_ask ==
          now + hours{24 * 7});
    plan = renewal::plan_after(plan, AriFailure::invalid, now);
    CHECK_FALSE(plan.moment);
    CHECK_FALSE(plan.start);
    plan = renewal::plan_after(plan, window(now, now + hours{2}), now, 0.0);
    CHECK(plan.failures == 0);
    CHECK(plan.moment == now);
}

TEST_CASE("a moment counts for the certificate that it was chosen for", "[renewal][rfc9773-4.2]") {
    const test::FakeClock clock;
    const auto until = clock.now() + hours{1000};
    store::AppState state;
    state.installed = store::InstalledPair{"ab", store::Owner::ours, until};
    state.renewal = fresh();
    state.renewal->moment = clock.now();
    CHECK(renewal::selected_time(state, until) == clock.now());
    CHECK_FALSE(renewal::selected_time(state, until + seconds{1}));
    state.installed->fingerprint = "cd";
    CHECK_FALSE(renewal::selected_time(state, until));
}

TEST_CASE("a window that is over before the usual time calls a certificate back",
          "[renewal][rfc9773-4.2]") {
    const test::FakeClock clock;
    const auto now = clock.now();
    // A third of 90 days before its end is its usual time.
    const base::CertificateDates dates{now - hours{24 * 10}, now + hours{24 * 80}};
    const auto usual = now + hours{24 * 50};
    CHECK(renewal::is_called_back(dates, now, now));
    CHECK_FALSE(renewal::is_called_back(dates, now + seconds{1}, now));  // not over yet
    CHECK(renewal::is_called_back(dates, usual - seconds{1}, usual));
    CHECK_FALSE(renewal::is_called_back(dates, usual, usual));  // it was to be renewed by then
}

TEST_CASE("an order replaces a certificate only if they share a name", "[renewal][rfc9773-5]") {
    test::RunBench bench;
    auto job = bench.job({"new.example"});
    acme::Directory directory = test::Bench::directory();
    directory.renewal_info = test::at_ca("/renewal-info");
    auto key = crypto::PrivateKey::parse_pem(test::account_key().to_pem().reveal());
    ca::CaSession ca{bench.context, std::move(*key), directory};
    ca.client().use_account(test::at_ca("/account/1"));
    job.ca.session = &ca;
    job.present.renewal_id = "aki.serial";
    job.present.fingerprint = "ab";
    REQUIRE(bench.store.update_state("shop", [](store::AppState& state) {
        state.installed = store::InstalledPair{
            "ab", store::Owner::ours, {}, {}, test::at_ca("/directory"), test::at_ca("/account/1")};
    }));
    job.present.covered = {"old.example"};
    CHECK(ca::certificate_to_replace(bench.context, job).empty());
    job.present.covered = {"old.example", "new.example"};
    CHECK(ca::certificate_to_replace(bench.context, job) == "aki.serial");
}

namespace {

/// A certificate of 90 days in its 60th, whose window opened an hour ago and is 43 hours long.
store::AppState installed(base::UtcTime now) {
    store::AppState state;
    state.enabled = true;
    state.installed =
        store::InstalledPair{"ab", store::Owner::ours, now + hours{24 * 30}, now - hours{24 * 60}};
    state.renewal = fresh();
    state.renewal->start = now - hours{1};
    state.renewal->end = now + hours{42};
    state.renewal->moment = now + minutes{30};
    state.renew_at = now + minutes{30} + seconds{1};
    return state;
}

const settings::Settings kUsual = settings::resolve_settings({}, {});

}  // namespace

TEST_CASE("the retry job renews each certificate of ours at its selected time",
          "[renewal][rfc9773-4.2]") {
    const test::FakeClock clock;
    const auto now = clock.now();
    auto state = installed(now);
    CHECK(renewal::selected_time(kUsual, state) == now + minutes{30} + seconds{1});
    SECTION("without a window at two thirds of its lifetime") {
        state.renewal.reset();
        CHECK(renewal::selected_time(kUsual, state) == now + seconds{1});
    }
    SECTION("with a graceperiod that comes first by that") {
        const auto settings = settings::resolve_settings({{"graceperiod", "3456000"}}, {});
        CHECK(renewal::selected_time(settings, state) == now - hours{240} + seconds{1});
    }
    SECTION("not one that a person installed") {
        state.installed->owner = store::Owner::custom;
        CHECK_FALSE(renewal::selected_time(kUsual, state));
    }
    SECTION("nor one of which nothing is known") {
        state.installed.reset();
        CHECK_FALSE(renewal::selected_time(kUsual, state));
    }
}

TEST_CASE("a certificate goes along with others once its window is open",
          "[renewal][rfc9773-4.2]") {
    const test::FakeClock clock;
    const auto now = clock.now();
    auto state = installed(now);
    CHECK(renewal::may_go_along(state, now));
    CHECK_FALSE(renewal::postpone_to_next_batch(state, now));
    state.renewal->start = now + minutes{20};
    CHECK_FALSE(renewal::may_go_along(state, now));
    CHECK(renewal::may_go_along(state, now + minutes{20}));
    SECTION("it waits for the next batch") {
        CHECK(renewal::postpone_to_next_batch(state, now));
        CHECK(state.renewal->moment == now + hours{1});
        CHECK(state.renew_at == now + hours{1} + seconds{1});
        CHECK(renewal::selected_time(kUsual, state) == state.renew_at);
    }
    SECTION("not if its window is closed by then") {
        state.renewal->end = now + hours{1};
        CHECK_FALSE(renewal::postpone_to_next_batch(state, now));
        CHECK(state.renewal->moment == now + minutes{30});
    }
    SECTION("not if its time comes later anyway") {
        state.renew_at = now + hours{2};
        CHECK_FALSE(renewal::postpone_to_next_batch(state, now));
    }
    SECTION("one that is renewed before its window in any case goes along") {
        state.renewal->start = now + hours{48};
        state.renewal->moment = now + hours{50};
        state.renewal->end = now + hours{72};
        CHECK(renewal::may_go_along(state, now));
        CHECK_FALSE(renewal::postpone_to_next_batch(state, now));
        CHECK(state.renewal->moment == now + hours{50});
    }
    SECTION("one whose CA names no window goes along") {
        state.renewal.reset();
        CHECK(renewal::may_go_along(state, now));
    }
}
