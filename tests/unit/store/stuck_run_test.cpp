#include "store/stuck_run.h"

#include <string>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "store/app_summary.h"
#include "store/local_store.h"
#include "support/fake_clock.h"
#include "support/stuck_lock.h"
#include "support/temp_dir.h"

using Catch::Matchers::ContainsSubstring;
using std::chrono::hours;

namespace {

struct Host {
    test::TempDir folder;
    std::filesystem::path root = folder / "global";
    store::LocalStore store{root};

    std::filesystem::path lock(const std::string& name) const { return root / "locks" / name; }
};

}  // namespace

TEST_CASE("an app's lock that is held for two hours is a stuck run's", "[store]") {
    const Host host;
    CHECK_FALSE(host.store.find_stuck_run("shop"));
    {
        const test::StuckLock young{host.lock("shop"), hours{1}};
        CHECK_FALSE(host.store.find_stuck_run("shop"));
    }
    {
        const test::StuckLock old{host.lock("shop"), hours{3}};
        const auto stuck = host.store.find_stuck_run("shop");
        REQUIRE(stuck);
        CHECK(stuck->pid == ::getpid());
        CHECK(stuck->held == hours{3});
        CHECK_FALSE(host.store.find_stuck_run("blog"));
    }
    CHECK_FALSE(host.store.find_stuck_run("shop"));
}

TEST_CASE("a run over all apps is under way until it is stuck", "[store]") {
    const Host host;
    CHECK_FALSE(host.store.is_run_under_way());
    {
        const test::StuckLock young{host.lock(".run"), hours{10}};
        CHECK(host.store.is_run_under_way());
        CHECK_FALSE(host.store.find_stuck_run());
    }
    const test::StuckLock old{host.lock(".run"), hours{11}};
    CHECK_FALSE(host.store.is_run_under_way());
    REQUIRE(host.store.find_stuck_run());
    CHECK(store::to_text(*host.store.find_stuck_run()) ==
          "process " + std::to_string(::getpid()) + ", for 11 h");
    CHECK_THAT(store::steps_against({4711, hours{11}}).back(),
               ContainsSubstring("sudo kill -CONT 4711"));
}

TEST_CASE("an app that a stuck run holds is failing", "[store]") {
    const Host host;
    REQUIRE(host.store.update_state("shop", [](store::AppState& state) {
        state.enabled = true;
        state.names.resize(1);
        state.names.front().name = "shop.test";
        state.names.front().status = store::NameStatus::in_use;
    }));
    REQUIRE(host.store.update_state("gone", [](store::AppState&) {}));
    CHECK(store::read_summary(host.store, "shop").status == "ok");
    const test::StuckLock shop{host.lock("shop"), hours{3}};
    const test::StuckLock gone{host.lock("gone"), hours{3}};
    CHECK(store::read_summary(host.store, "shop").status == "failing");
    CHECK(store::read_summary(host.store, "gone").status == "off");
}

TEST_CASE("who holds an app's state keeps runs from that app", "[store]") {
    const Host host;
    const test::StuckLock state{host.lock(".states/shop"), hours{2}};
    REQUIRE(host.store.find_stuck_run("shop"));
    CHECK(host.store.find_stuck_run("shop")->pid == ::getpid());
    CHECK_FALSE(host.store.find_stuck_run("blog"));
    CHECK_FALSE(host.store.find_stuck_writer());
    CHECK(host.store.update_state("blog", [](store::AppState& one) { one.enabled = true; }));
}

TEST_CASE("who holds the index of the states keeps runs from every app", "[store]") {
    const Host host;
    const test::StuckLock index{host.lock(".due"), hours{2}};
    REQUIRE(host.store.find_stuck_run("shop"));
    CHECK(host.store.find_stuck_run("shop")->pid == ::getpid());
    CHECK(host.store.find_stuck_writer());
}

TEST_CASE("who is refused a lock hears who holds it", "[store]") {
    const Host host;
    const test::StuckLock shop{host.lock("shop"), hours{3}};
    const test::StuckLock accounts{host.lock(".accounts"), hours{3}};
    const auto names_holder = [](const base::Result<base::FileLock>& lock) {
        REQUIRE_FALSE(lock);
        CHECK(lock.error().kind == base::ErrorKind::busy);
        CHECK_THAT(lock.error().message,
                   ContainsSubstring("process " + std::to_string(::getpid()) + ", for 3 h"));
        CHECK_FALSE(lock.error().steps.empty());
    };
    names_holder(host.store.try_lock_app("shop"));
    names_holder(host.store.try_lock_accounts());
    const test::StuckLock blog{host.lock("blog"), hours{1}};
    CHECK_THAT(host.store.try_lock_app("blog").error().message,
               ContainsSubstring("Another run is at work for blog right now"));
}

TEST_CASE("the lock of a state is waited for once", "[store]") {
    const Host host;
    const test::StuckLock state{host.lock(".states/shop"), hours{3}};
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) {
        const auto refused = host.store.update_state("shop", [](store::AppState&) {});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == base::ErrorKind::busy);
        CHECK_THAT(refused.error().message,
                   ContainsSubstring("process " + std::to_string(::getpid())));
    }
    const auto took = std::chrono::steady_clock::now() - began;
    CHECK(took >= std::chrono::seconds{5});
    CHECK(took < std::chrono::seconds{10});
}
