#include "store/due_index.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "store/local_store.h"
#include "support/files.h"
#include "support/temp_dir.h"

using base::from_unix;
using Words = std::vector<std::string>;

TEST_CASE("the index is read as it was written, the earliest first", "[store][design-3.5]") {
    const store::DueTimes due{{"a", from_unix(300)}, {"b", from_unix(100)}, {"c", from_unix(200)}};
    CHECK(store::to_text(due) == "1 100 3\n100 b\n200 c\n300 a\n");
    CHECK(store::parse_due_index(store::to_text(due)) == due);
    CHECK(store::to_text(store::DueTimes{}) == "1 - 0\n");
    CHECK(store::parse_due_index("1 - 0\n") == store::DueTimes{});
    CHECK(store::due_at(due, from_unix(99)).empty());
    CHECK(store::due_at(due, from_unix(200)) == Words{"b", "c"});
}

TEST_CASE("the first line alone says when", "[store][design-3.5]") {
    const auto head = store::parse_due_head("1 100 3\n100 b\n200");
    REQUIRE(head);
    CHECK(head->earliest == from_unix(100));
    CHECK(head->apps == 3);
    const auto none = store::parse_due_head("1 - 0\n");
    REQUIRE(none);
    CHECK_FALSE(none->earliest);
}

TEST_CASE("what is not exactly an index is lost, and never half believed", "[store][design-3.5]") {
    const std::string text = GENERATE(
        "", "\n", "1", "1 100 1", "1 100 1\n", "1 100 1\n100 b", "1 100 2\n100 b\n",
        "1 100 1\n100 b\n200 c\n", "1 99 1\n100 b\n", "1 100 2\n100 b\n200 b\n", "1 100 1\nx b\n",
        "1 100 1\n100\n", "1 100 1\n100 b c\n", "2 100 1\n100 b\n", "1 - 1\n100 b\n", "1 100 0\n",
        "1 - 0\n100 b\n", "1 100 -1\n", "100 b\n200 c\n", "{}\n");
    CAPTURE(text);
    CHECK_FALSE(store::parse_due_index(text));
}

namespace {

/// The states of three apps, of which two are due.
struct Indexed {
    Indexed() {
        set_due("shop", from_unix(200));
        set_due("blog", from_unix(100));
        set_due("wiki", std::nullopt);
    }
    void set_due(const char* app, std::optional<base::UtcTime> at) const {
        REQUIRE(store.update_state(app, [&](store::AppState& state) { state.due = at; }));
    }
    std::string text() const { return test::content_of(file); }

    test::TempDir folder;
    store::LocalStore store{folder.path()};
    std::filesystem::path file = folder / "state" / "due";
};

constexpr std::string_view kRight = "1 100 2\n100 blog\n200 shop\n";

}  // namespace

TEST_CASE("an index that was lost is made again from the states", "[store][design-3.5]") {
    const Indexed host;
    CHECK(host.text() == kRight);
    const std::string damage =
        GENERATE("", "100 blog\n200 shop\n", "1 100 2\n100 blog\n", "\xff\n");
    CAPTURE(damage);
    test::write_file(host.file, damage);
    CHECK(host.store.is_due_index_lost());
    // Until it is, the states are asked.
    CHECK(host.store.due_apps(from_unix(150)) == Words{"blog"});
    CHECK(host.store.waiting_apps() == Words{"blog", "shop"});
    SECTION("when somebody says so") {
        REQUIRE(host.store.rebuild_due_index());
        CHECK(host.text() == kRight);
    }
    SECTION("or with the next change of a time") {
        host.set_due("wiki", from_unix(50));
        CHECK(host.text() == "1 50 3\n50 wiki\n100 blog\n200 shop\n");
    }
    CHECK_FALSE(host.store.is_due_index_lost());
}

TEST_CASE("a missing index is a lost one", "[store][design-3.5]") {
    const Indexed host;
    std::filesystem::remove(host.file);
    CHECK_FALSE(host.store.due_head());
    CHECK(host.store.is_due_index_lost());
    // Also for a change that moves no time.
    REQUIRE(host.store.update_state("wiki", [](store::AppState& state) { state.enabled = true; }));
    CHECK(host.text() == kRight);
}

TEST_CASE("a pipe in place of the index stops nobody", "[store][design-5.2]") {
    const Indexed host;
    std::filesystem::remove(host.file);
    REQUIRE(::mkfifo(host.file.c_str(), 0600) == 0);
    CHECK_FALSE(host.store.due_head());
    REQUIRE(host.store.rebuild_due_index());
    CHECK(host.text() == kRight);
}

TEST_CASE("a state that cannot be read is due at once in a new index", "[store][design-3.5]") {
    const Indexed host;
    const std::string text = GENERATE("", R"({"form":2,"enabled":true})");
    CAPTURE(text);
    test::write_file(host.folder / "state" / "shop.json", text);
    REQUIRE(host.store.rebuild_due_index());
    CHECK(host.store.due_apps(base::SystemClock{}.now()) == Words{"blog", "shop"});
    // Nobody can read when it is due: whoever has told of it says when it is told again.
    REQUIRE(host.store.postpone("shop", from_unix(300)));
    CHECK(host.text() == "1 100 2\n100 blog\n300 shop\n");
}

TEST_CASE("a change that moves no time does not write the index", "[store][design-3.5]") {
    const Indexed host;
    const auto stamp = base::stamp_file(host.file);
    REQUIRE(host.store.update_state("shop", [](store::AppState& state) { state.enabled = true; }));
    CHECK(*base::stamp_file(host.file) == *stamp);
}

TEST_CASE("the index follows the states", "[store][design-3.5]") {
    const test::TempDir folder;
    const store::LocalStore store{folder.path()};
    const auto set_due = [&](const char* app, std::optional<base::UtcTime> at) {
        REQUIRE(store.update_state(app, [&](store::AppState& state) { state.due = at; }));
    };
    const auto next_due = [&] { return store.due_head().value().earliest; };
    CHECK_FALSE(store.due_head());
    set_due("shop", from_unix(200));
    set_due("blog", from_unix(100));
    CHECK(next_due() == from_unix(100));
    CHECK(store.due_apps(from_unix(150)) == Words{"blog"});
    set_due("blog", std::nullopt);
    CHECK(next_due() == from_unix(200));
    REQUIRE(store.remove_state("shop"));
    CHECK_FALSE(next_due());
}

TEST_CASE("waking is for who waits", "[store][design-3.1]") {
    const test::TempDir folder;
    const store::LocalStore store{folder.path()};
    const auto now = from_unix(1'000);
    const auto next_due = [&] { return store.due_head().value().earliest; };
    REQUIRE(store.wake("unknown", now));
    CHECK_FALSE(store.has_state("unknown"));
    REQUIRE(store.update_state("shop", [](store::AppState& state) {
        state.names.resize(2);
        state.names[0].name = "a.test";
        state.names[0].status = store::NameStatus::in_use;
        state.names[1].name = "b.test";
        state.names[1].status = store::NameStatus::pending_dns;
        state.names[1].next_try = from_unix(5'000);
    }));
    REQUIRE(store.wake("shop", now));
    CHECK(next_due() == now);
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
    CHECK(next_due() == allowed);
}

TEST_CASE("an entry that the state does not know of goes when it is looked at",
          "[store][design-3.5]") {
    const Indexed host;
    test::write_file(host.file, "1 5 3\n5 wiki\n6 blog\n200 shop\n");
    REQUIRE(host.store.reindex("wiki"));
    REQUIRE(host.store.reindex("blog"));
    CHECK(host.text() == kRight);
}
