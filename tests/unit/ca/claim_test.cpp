#include "ca/claim.h"

#include <filesystem>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ca/locks.h"
#include "lifecycle/finish.h"
#include "lifecycle/prepare.h"
#include "lifecycle/release.h"
#include "orders/journal.h"
#include "serving/challenge_routes.h"
#include "status/record_outcome.h"
#include "store/claim.h"
#include "store/switch_off.h"
#include "support/files.h"
#include "support/run_bench.h"

namespace fs = std::filesystem;

namespace {

/// A job whose run has claimed its app.
struct Claimed : test::RunBench {
    explicit Claimed(const Change& change = {}) : claimed(job({"a.example"}, change)) {
        REQUIRE(ca::hold_folder(context, claimed));
        REQUIRE(orders::begin_journal(context, claimed, {}).value());
        claimed.hold.lock = store.try_lock_app("shop").value();
    }

    fs::path root() const { return host.environment.app_root(app); }
    bool is_claimed() const { return ca::is_still_claimed(context, claimed); }

    // What Dokku's commands and ours do meanwhile.
    void destroy() const {
        REQUIRE(store.remove_state("shop"));  // our post-delete
        fs::remove_all(root());
    }
    void disable() const { REQUIRE(store.update_state("shop", store::switch_off)); }
    void fail() { claimed.fail(store::cause::kHost, {base::ErrorKind::io, "disk", {}, {}}); }

    ca::IssueJob claimed;
};

bool nothing_below(const fs::path& folder) {
    return !fs::exists(folder) || fs::is_empty(folder);
}

}  // namespace

TEST_CASE("an app is enabled from the claim on", "[ca]") {
    const Claimed run;
    CHECK(run.is_claimed());
    CHECK(run.state().enabled);
    CHECK(run.state().order);
    CHECK(run.state().due);
}

TEST_CASE("who switches an app off while a run is at work has the last word", "[ca]") {
    Claimed run;
    run.disable();
    CHECK_FALSE(run.is_claimed());
    SECTION("the run ended well") {
        run.claimed.issued = acme::IssuedCertificate{};
    }
    SECTION("it failed") {
        run.fail();
    }
    lifecycle::close_journal(run.context, run.claimed);
    status::record_outcome(run.context, run.claimed);
    const auto state = run.state();
    CHECK_FALSE(state.enabled);
    CHECK(state.switched_off);
    CHECK(state.names.empty());
    CHECK_FALSE(state.due);
    CHECK_FALSE(state.last_attempt);
}

TEST_CASE("of an app that was destroyed meanwhile nothing comes back", "[ca]") {
    Claimed run;
    SECTION("before the run ends") {
        run.destroy();
    }
    SECTION("and what the run wrote after our hook goes as well") {
        run.destroy();
        REQUIRE(run.store.update_state("shop", [&](auto& state) { state.due = run.clock.now(); }));
        test::write_file(run.host.environment.global_root() / "nginx/shop.conf", "# a route\n");
        test::write_file(run.host.environment.webroot(run.app) / "x", "");
    }
    CHECK_FALSE(run.is_claimed());
    run.fail();
    lifecycle::close_journal(run.context, run.claimed);
    status::record_outcome(run.context, run.claimed);
    lifecycle::abandon(run.context, run.claimed);
    CHECK_FALSE(fs::exists(run.root()));
    CHECK_FALSE(run.store.has_state("shop"));
    CHECK(run.store.due_apps(run.clock.now() + std::chrono::hours{24 * 365}).empty());
    CHECK(nothing_below(run.host.environment.global_root() / "nginx"));
    const fs::path locks = run.host.environment.global_root() / "locks";
    CHECK_FALSE(fs::exists(locks / "shop"));
    CHECK(nothing_below(locks / ".states"));
    CHECK_FALSE(fs::exists(run.host.environment.webroot(run.app)));
}

TEST_CASE("a permanent route stays with its app, and goes with it", "[ca]") {
    Claimed run{[](ca::Wanted& wanted) { wanted.settings.challenge_route.computed = "permanent"; }};
    const auto files = serving::route_files_of(run.context, run.claimed);
    const fs::path block = run.host.environment.global_root() / "nginx/shop.conf";
    test::write_file(block, "# a route\n");
    const bool destroyed = GENERATE(true, false);
    destroyed ? run.destroy() : run.disable();
    CHECK(files.block == block);
    CHECK(lifecycle::abandon(run.context, run.claimed) == destroyed);
    CHECK(fs::exists(block) == !destroyed);
}

TEST_CASE("an app that was made anew under the same name is another one", "[ca]") {
    Claimed run;
    run.destroy();
    run.host.add_app("shop");
    REQUIRE(run.store.update_state("shop", [](auto& state) { state.covered = {"new.example"}; }));
    test::write_file(run.host.environment.global_root() / "nginx/shop.conf", "# the new one's\n");
    CHECK_FALSE(run.is_claimed());
    lifecycle::close_journal(run.context, run.claimed);
    status::record_outcome(run.context, run.claimed);
    lifecycle::release(run.context, run.claimed);
    const auto state = run.state();
    CHECK_FALSE(state.enabled);
    CHECK(state.covered == std::vector<std::string>{"new.example"});
    CHECK(state.names.empty());
    CHECK(fs::is_empty(run.root()));
    CHECK(fs::exists(run.host.environment.global_root() / "nginx/shop.conf"));
}

TEST_CASE("so is one of which nothing is known yet", "[ca]") {
    Claimed run;
    REQUIRE(run.store.read_state("shop"));
    REQUIRE(store::LocalStore{run.host.environment.global_root()}.remove_state("shop"));
    const fs::path block = run.host.environment.global_root() / "nginx/shop.conf";
    test::write_file(block, "# a run's\n");
    SECTION("the hooks of other plugins still run for the end of the first") {
        lifecycle::release(run.context, run.claimed);
        CHECK_FALSE(fs::exists(block));
    }
    SECTION("there is another one") {
        fs::rename(run.root(), run.root().string() + "-gone");
        run.host.add_app("shop");
        lifecycle::release(run.context, run.claimed);
        CHECK(fs::exists(block));
    }
}

TEST_CASE("an app that is being destroyed is not begun with", "[ca]") {
    test::RunBench bench;
    auto job = bench.job();
    REQUIRE(ca::hold_folder(bench.context, job));
    SECTION("its folder is gone") {
        fs::remove_all(bench.host.environment.app_root(bench.app));
    }
    SECTION("it was switched off since the run looked at it") {
        REQUIRE(bench.store.update_state("shop", store::switch_off));
    }
    CHECK_FALSE(orders::begin_journal(bench.context, job, {}).value());
    CHECK_FALSE(bench.state().enabled);
    CHECK_FALSE(bench.state().order);
}

TEST_CASE("another app of the same name is not the one that was prepared", "[ca]") {
    test::RunBench bench;
    auto job = bench.job();
    const fs::path root = bench.host.environment.app_root(bench.app);
    fs::rename(root, root.parent_path() / "destroyed");
    const bool made_anew = GENERATE(true, false);
    if (made_anew) fs::create_directory(root);
    const auto held = ca::hold_folder(bench.context, job);
    REQUIRE_FALSE(held);
    CHECK(held.error().kind == base::ErrorKind::not_found);
    CHECK(held.error().message == "shop was changed meanwhile; it is left alone");
    CHECK_FALSE(job.hold.folder);
}

TEST_CASE("of an app that is gone no refusal is noted", "[ca]") {
    test::RunBench bench;
    const bool gone = GENERATE(true, false);
    if (gone) fs::remove_all(bench.host.environment.app_root(bench.app));
    status::record_refusal(bench.context, bench.app,
                           {store::cause::kHost, {base::ErrorKind::io, "disk", {}, {}}});
    CHECK(bench.store.has_state("shop") != gone);
}

TEST_CASE("an app that is being destroyed gets no state from a run that has read it", "[ca]") {
    test::RunBench bench;
    REQUIRE(bench.store.update_state("shop", [](auto& state) { state.enabled = true; }));
    const auto job = bench.job();
    CHECK_FALSE(ca::is_gone(bench.context, bench.app));
    // Our post-delete is another process. Dokku removes the folder once all hooks have run.
    REQUIRE(store::LocalStore{bench.host.environment.global_root()}.remove_state("shop"));
    CHECK(ca::is_gone(bench.context, bench.app));
    SECTION("a refusal") {
        status::record_refusal(bench.context, bench.app,
                               {store::cause::kHost, {base::ErrorKind::io, "disk", {}, {}}});
    }
    SECTION("what became of it before the claim") {
        status::record_outcome(bench.context, job);
    }
    SECTION("any change of a state") {
        REQUIRE(bench.store.update_state("shop", [](auto& state) { state.enabled = true; }));
    }
    SECTION("the claim") {
        auto claimed = bench.job();
        REQUIRE(ca::hold_folder(bench.context, claimed));
        CHECK_FALSE(orders::begin_journal(bench.context, claimed, {}).value());
    }
    CHECK_FALSE(bench.store.has_state("shop"));
    CHECK(bench.store.waiting_apps().empty());
    CHECK(nothing_below(bench.host.environment.global_root() / "locks/.states"));
}

TEST_CASE("what cannot heal leaves an app as enabled as it was before the command",
          "[ca][design-1.2]") {
    test::RunBench bench;
    const bool before = GENERATE(true, false);
    REQUIRE(bench.store.update_state("shop", [&](auto& state) {
        state.enabled = before;
        state.switched_off = !before;
    }));
    auto job = bench.job();
    job.hold.was_off = !before;
    REQUIRE(ca::hold_folder(bench.context, job));
    REQUIRE(orders::begin_journal(bench.context, job, {}).value());
    CHECK(bench.state().enabled);
    const bool heals = GENERATE(true, false);
    job.fail(heals ? store::cause::kCaUnreachable : store::cause::kSettings,
             {base::ErrorKind::network, "no answer", {}, {}});
    lifecycle::close_journal(bench.context, job);
    CHECK(bench.state().enabled == (before || heals));
    CHECK(bench.state().switched_off == (!before && !heals));
}

namespace {

/// The test's parent works as long as the test does.
store::Claim claim_of_another_run(bool is_typed) {
    return {base::find_process(::getppid()).value(), is_typed};
}

store::Claim claim_of_killed_run() {
    store::Claim claim = claim_of_another_run(true);
    ++claim.run.started;
    return claim;
}

}  // namespace

TEST_CASE("a run whose app was taken over by another one has it no more", "[ca]") {
    Claimed run;
    REQUIRE(run.state().claim);
    CHECK_FALSE(store::is_claimed_elsewhere(run.state()));
    const store::Claim other = claim_of_another_run(true);
    REQUIRE(run.store.update_state("shop", [&](store::AppState& state) { state.claim = other; }));
    CHECK(store::is_claimed_elsewhere(run.state()));
    CHECK_FALSE(run.is_claimed());
    lifecycle::close_journal(run.context, run.claimed);
    CHECK(run.state().claim == other);
    run.claimed.hold.lock.reset();
    CHECK(store::is_at_work(run.store, "shop"));
}

TEST_CASE("a claim ends with the journal, or with the run that was killed", "[ca]") {
    Claimed run;
    lifecycle::close_journal(run.context, run.claimed);
    CHECK_FALSE(run.state().claim);
    REQUIRE(run.store.update_state(
        "shop", [](store::AppState& state) { state.claim = claim_of_killed_run(); }));
    CHECK_FALSE(store::is_claimed_elsewhere(run.state()));
    CHECK(run.is_claimed());
}

TEST_CASE("an app that another run has claimed is waited for, or taken over", "[ca]") {
    Claimed run;
    run.claimed.hold.lock.reset();
    const bool other_is_typed = GENERATE(true, false);
    const bool is_typed = GENERATE(true, false);
    REQUIRE(run.store.update_state("shop", [&](store::AppState& state) {
        state.claim = claim_of_another_run(other_is_typed);
    }));
    const auto lock =
        run.run(ca::lock_app_to_claim(run.context, "shop", is_typed, std::chrono::seconds{2}));
    const bool is_taken_over = is_typed && !other_is_typed;
    CHECK(lock.has_value() == is_taken_over);
    if (!lock) CHECK(lock.error().kind == base::ErrorKind::busy);
    // Who could not have it leaves the app's lock alone.
    if (!lock) CHECK(run.store.try_lock_app("shop"));
}
