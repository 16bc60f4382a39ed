#include "status/record_outcome.h"

#include <catch2/catch_test_macros.hpp>

#include "support/run_bench.h"

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// An app with a certificate of 90 days that was to be renewed a minute ago, by what its state
/// says.
struct Renewed : test::RunBench {
    Renewed() {
        change([&](store::AppState& state) {
            state.enabled = true;
            state.installed = store::InstalledPair{"ab12", store::Owner::ours,
                                                   clock.now() + hours{24 * 90}, clock.now()};
            state.renew_at = clock.now() - minutes{1};
            state.due = state.renew_at;
        });
    }
    void change(const std::function<void(store::AppState&)>& with) const {
        REQUIRE(store.update_state("shop", with));
    }
    void note_time() const { status::note_renewal_time(context, app, settings(), state()); }

    base::UtcTime next = clock.now() + hours{24 * 60} + seconds{1};
};

}  // namespace

TEST_CASE("what was renewed has its next time, also if the app is to be looked at again at once",
          "[status]") {
    Renewed bench;
    auto renewed = bench.job();
    renewed.end_without_order();
    renewed.hold.lock = bench.store.try_lock_app("shop").value();
    status::record_outcome(bench.context, renewed);
    CHECK(bench.state().renew_at == bench.next);
    CHECK(bench.state().due == bench.clock.now() - minutes{1});
}

TEST_CASE("after a run that was overdue the app is looked at for its renewal", "[status]") {
    Renewed bench;
    auto renewed = bench.job();
    renewed.hold.lock = bench.store.try_lock_app("shop").value();
    renewed.end_without_order();
    renewed.hold.overdue = bench.state().due;
    test::DokkuHost::write(bench.host.environment.app_root(bench.app) / "VHOST", "a.example\n");
    status::record_outcome(bench.context, renewed);
    CHECK(bench.state().due == bench.next);
}

TEST_CASE("a time of renewal that has changed is noted, and what was due stays due", "[status]") {
    const Renewed bench;
    bench.note_time();
    CHECK(bench.state().renew_at == bench.next);
    CHECK(bench.state().due == bench.clock.now() - minutes{1});
    bench.change([&](store::AppState& state) {
        state.renew_at.reset();
        state.due.reset();
    });
    bench.note_time();
    CHECK(bench.state().due == bench.next);
}

TEST_CASE("an app that a run is at work on is looked at when that one is overdue", "[status]") {
    const Renewed bench;
    const auto overdue = bench.clock.now() + minutes{15};
    bench.change([&](store::AppState& state) {
        state.order = store::RunningOrder{};
        state.order->hash = "0123abcd";
        state.due = overdue;
    });
    bench.note_time();
    CHECK(bench.state().due == overdue);
}
