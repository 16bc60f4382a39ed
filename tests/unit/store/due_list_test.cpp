#include "store/due_list.h"

#include <catch2/catch_test_macros.hpp>

#include "store/local_store.h"
#include "support/temp_dir.h"

using base::from_unix;
using Words = std::vector<std::string>;

TEST_CASE("the list is read as it was written, the earliest first", "[store][design-3]") {
    const store::DueList due{{"a", from_unix(300)}, {"b", from_unix(100)}, {"c", from_unix(200)}};
    CHECK(store::to_text(due) == "100 b\n200 c\n300 a\n");
    CHECK(store::parse_due_list(store::to_text(due)) == due);
    CHECK(store::due_at(due, from_unix(99)).empty());
    CHECK(store::due_at(due, from_unix(200)) == Words{"b", "c"});
}

TEST_CASE("lines that nobody wrote are left out", "[store]") {
    CHECK(store::parse_due_list("x a\n5\n\n7 b extra\n9 c\n") ==
          store::DueList{{"c", from_unix(9)}});
}

TEST_CASE("the list follows the states", "[store][design-3]") {
    const test::TempDir folder;
    const store::LocalStore store{folder.path()};
    const auto set_due = [&](const char* app, std::optional<base::UtcTime> at) {
        REQUIRE(store.update_state(app, [&](store::AppState& state) { state.due = at; }));
    };
    CHECK_FALSE(store.next_due());
    set_due("shop", from_unix(200));
    set_due("blog", from_unix(100));
    CHECK(store.next_due() == from_unix(100));
    CHECK(store.due_apps(from_unix(150)) == Words{"blog"});
    set_due("blog", std::nullopt);
    CHECK(store.next_due() == from_unix(200));
    REQUIRE(store.remove_state("shop"));
    CHECK_FALSE(store.next_due());
}

TEST_CASE("waking is for who waits", "[store][issue-4]") {
    const test::TempDir folder;
    const store::LocalStore store{folder.path()};
    const auto now = from_unix(1'000);
    REQUIRE(store.wake("unknown", now));
    CHECK_FALSE(store.next_due());
    REQUIRE(store.update_state("shop", [](store::AppState& state) {
        state.names.resize(2);
        state.names[0].name = "a.test";
        state.names[0].status = store::NameStatus::in_use;
        state.names[1].name = "b.test";
        state.names[1].status = store::NameStatus::pending_dns;
        state.names[1].next_try = from_unix(5'000);
    }));
    REQUIRE(store.wake("shop", now));
    CHECK(store.next_due() == now);
    auto state = store.read_state("shop").value();
    CHECK_FALSE(state.names[0].next_try);
    CHECK(state.names[1].next_try == now);

    // The time that the CA named is kept.
    const auto allowed = from_unix(9'000);
    REQUIRE(store.update_state("shop", [&](store::AppState& changed) {
        changed.names[1].not_before = allowed;
        changed.due.reset();
    }));
    REQUIRE(store.wake("shop", now));
    state = store.read_state("shop").value();
    CHECK(state.names[1].next_try == allowed);
    CHECK(store.next_due() == allowed);
}

TEST_CASE("an entry without a state goes with the next change", "[store][design-3]") {
    const test::TempDir folder;
    const store::LocalStore store{folder.path()};
    REQUIRE(store.update_state("shop", [](store::AppState& state) { state.due = from_unix(5); }));
    std::filesystem::remove(folder.path() / "state" / "shop.json");
    CHECK(store.due_apps(from_unix(9)) == Words{"shop"});
    REQUIRE(store.update_state("shop", [](store::AppState&) {}));
    CHECK(store.due_apps(from_unix(9)).empty());
}
