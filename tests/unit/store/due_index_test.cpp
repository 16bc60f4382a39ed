#include "store/due_index.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "store/local_store.h"
#include "support/files.h"
#include "support/stuck_lock.h"
#include "support/temp_dir.h"

using base::from_unix;
using Words = std::vector<std::string>;

namespace {

/// The first line.
std::string head_of(const std::string& earliest, std::size_t bytes, std::size_t compact) {
    const auto column = [](const std::string& word, std::size_t width) {
        return std::string(1 + width - word.size(), ' ') + word;
    };
    return "2" + column(earliest, 20) + column(std::to_string(bytes), 12) +
           column(std::to_string(compact), 12) + "\n";
}
const std::size_t kHead = head_of("-", 0, 0).size();

/// Written in one piece.
std::string whole(const std::string& earliest, const std::string& lines) {
    return head_of(earliest, kHead + lines.size(), kHead + lines.size()) + lines;
}

/// Of which only the first lines were written in one piece.
std::string grown(const std::string& earliest, const std::string& lines, const std::string& more) {
    return head_of(earliest, kHead + lines.size() + more.size(), kHead + lines.size()) + lines +
           more;
}

}  // namespace

TEST_CASE("the index is read as it was written, the earliest first", "[store][design-3.5]") {
    const store::DueTimes due{{"a", from_unix(300)}, {"b", from_unix(100)}, {"c", from_unix(200)}};
    CHECK(store::to_text(due) == whole("100", "100 b\n200 c\n300 a\n"));
    CHECK(store::parse_due_index(store::to_text(due)) == due);
    CHECK(store::to_text(store::DueTimes{}) == whole("-", ""));
    CHECK(store::parse_due_index(whole("-", "")) == store::DueTimes{});
    CHECK(store::due_at(due, from_unix(99)).empty());
    CHECK(store::due_at(due, from_unix(200)) == Words{"b", "c"});
}

TEST_CASE("the last line of an app holds", "[store]") {
    const std::string lines = "100 b\n200 c\n";
    const store::DueTimes due{{"b", from_unix(300)}, {"d", from_unix(50)}};
    CHECK(store::parse_due_index(grown("50", lines, "50 d\n- c\n250 b\n300 b\n")) == due);
    // It may be the time of an app that has gone.
    CHECK(store::parse_due_index(grown("7", lines, "50 d\n- c\n300 b\n")) == due);
    CHECK(store::parse_due_index(grown("7", lines, "- b\n- c\n- e\n")) == store::DueTimes{});
}

TEST_CASE("what does not count yet is a change that did not come to its end", "[store]") {
    const store::DueTimes due{{"b", from_unix(100)}};
    const std::string behind = GENERATE(as<std::string>{}, "50 c\n", "50", "- b\n", "\n\n", "\xff");
    CHECK(store::parse_due_index(whole("100", "100 b\n") + behind) == due);
}

TEST_CASE("what an older release wrote is read", "[store]") {
    const store::DueTimes due{{"b", from_unix(100)}, {"c", from_unix(200)}};
    CHECK(store::parse_due_index("1 100 2\n100 b\n200 c\n") == due);
    CHECK(store::parse_due_index("1 - 0\n") == store::DueTimes{});
    const auto head = store::parse_due_head("1 100 3\n100 b\n200");
    REQUIRE(head);
    CHECK(head->earliest == from_unix(100));
    CHECK_FALSE(head->is_of_today());
}

TEST_CASE("the first line alone says when", "[store][design-3.5]") {
    const auto head = store::parse_due_head(head_of("100", 400, 100) + "100 b\n200");
    REQUIRE(head);
    CHECK(head->earliest == from_unix(100));
    CHECK(head->bytes == 400);
    CHECK(head->compact == 100);
    CHECK(head->is_of_today());
    const auto none = store::parse_due_head(head_of("-", 100, 100));
    REQUIRE(none);
    CHECK_FALSE(none->earliest);
}

TEST_CASE("what is not exactly an index is lost, and never half believed", "[store][design-3.5]") {
    const std::string text = GENERATE(
        as<std::string>{},  // of an older release
        "", "\n", "1", "1 100 1", "1 100 1\n", "1 100 1\n100 b", "1 100 2\n100 b\n",
        "1 100 1\n100 b\n200 c\n", "1 99 1\n100 b\n", "1 100 2\n100 b\n200 b\n", "1 100 1\nx b\n",
        "1 100 1\n100\n", "1 100 1\n100 b c\n", "2 100 1\n100 b\n", "1 - 1\n100 b\n", "1 100 0\n",
        "1 - 0\n100 b\n", "1 100 -1\n", "100 b\n200 c\n", "{}\n", "1 100 1\n100 b\n- c\n",
        // of this one
        whole("100", "100 b\n200 c"), whole("100", "100 b\n200 c\n").substr(0, 60),
        head_of("100", kHead + 12, kHead + 12) + "100 b\n", whole("101", "100 b\n"),
        whole("-", "100 b\n"), whole("100", "100 b c\n"), whole("100", "100\n"),
        whole("100", "x b\n"), whole("x", "100 b\n"), whole("100", "\n"),
        whole("100", std::string(6, '\0')), head_of("100", kHead, kHead + 1) + "100 b\n",
        head_of("100", kHead - 1, kHead - 1), head_of("100", 0, 0),
        "3" + whole("100", "100 b\n").substr(1), "2 100 60 60\n100 b\n200 c\n");
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
    void set_due(const std::string& app, std::optional<base::UtcTime> at) const {
        REQUIRE(store.update_state(app, [&](store::AppState& state) { state.due = at; }));
    }
    std::string text() const { return test::content_of(file); }
    store::DueTimes due() const { return store::parse_due_index(text()).value(); }

    test::TempDir folder;
    store::LocalStore store{folder.path()};
    std::filesystem::path file = folder / "state" / "due";
};

const store::DueTimes kDue{{"blog", from_unix(100)}, {"shop", from_unix(200)}};
const std::string kRight = whole("100", "100 blog\n200 shop\n");

}  // namespace

TEST_CASE("an index that was lost is made again from the states", "[store][design-3.5]") {
    const Indexed host;
    const std::string damage =
        GENERATE(as<std::string>{}, "", "100 blog\n200 shop\n", "1 100 2\n100 blog\n", "\xff\n",
                 kRight.substr(0, kHead), kRight.substr(0, kHead - 1));
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
        CHECK(host.text() == whole("50", "50 wiki\n100 blog\n200 shop\n"));
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
    const std::string text = GENERATE(as<std::string>{}, "", R"({"form":3,"enabled":true})");
    CAPTURE(text);
    test::write_file(host.folder / "state" / "shop.json", text);
    REQUIRE(host.store.rebuild_due_index());
    CHECK(host.store.due_apps(base::SystemClock{}.now()) == Words{"blog", "shop"});
    // It cannot be read when it is due: the run that has told of it says when it is told again.
    REQUIRE(host.store.postpone("shop", from_unix(300)));
    CHECK(host.store.waiting_apps() == Words{"blog", "shop"});
    CHECK(host.store.due_apps(from_unix(299)) == Words{"blog"});
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
    CHECK(store.is_any_due(from_unix(0)));
    set_due("shop", from_unix(200));
    set_due("blog", from_unix(100));
    CHECK(next_due() == from_unix(100));
    CHECK(store.due_apps(from_unix(150)) == Words{"blog"});
    CHECK_FALSE(store.is_any_due(from_unix(99)));
    CHECK(store.is_any_due(from_unix(100)));
    set_due("blog", std::nullopt);
    CHECK_FALSE(store.is_any_due(from_unix(199)));
    CHECK(next_due() == from_unix(200));
    REQUIRE(store.remove_state("shop"));
    CHECK_FALSE(store.is_any_due(from_unix(200)));
    CHECK_FALSE(next_due());
}

TEST_CASE("waking is for who waits", "[store][design-3.1]") {
    const test::TempDir folder;
    const store::LocalStore store{folder.path()};
    const auto now = from_unix(1'000);
    const auto next_due = [&] { return store.due_head().value().earliest; };
    REQUIRE(store.mark_due("unknown", now));
    CHECK_FALSE(store.has_state("unknown"));
    REQUIRE(store.update_state("shop", [](store::AppState& state) {
        state.names.resize(2);
        state.names[0].name = "a.test";
        state.names[0].status = store::NameStatus::in_use;
        state.names[1].name = "b.test";
        state.names[1].status = store::NameStatus::pending_dns;
        state.names[1].next_try = from_unix(5'000);
    }));
    REQUIRE(store.mark_due("shop", now));
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
    REQUIRE(store.mark_due("shop", now));
    state = store.read_state("shop").value();
    CHECK(state.names[1].next_try == allowed);
    CHECK_FALSE(store.is_any_due(allowed - std::chrono::seconds{1}));
    CHECK(next_due() == allowed);
}

TEST_CASE("an entry that the state does not know of goes when it is looked at",
          "[store][design-3.5]") {
    const Indexed host;
    const std::string text = GENERATE(as<std::string>{}, whole("5", "5 wiki\n6 blog\n200 shop\n"),
                                      "1 5 3\n5 wiki\n6 blog\n200 shop\n");
    test::write_file(host.file, text);
    REQUIRE(host.store.reindex("wiki"));
    REQUIRE(host.store.reindex("blog"));
    CHECK(host.due() == kDue);
}

TEST_CASE("an index that says something else than the states is put right", "[store]") {
    const Indexed host;
    test::write_file(host.file, whole("5", "5 wiki\n6 gone\n200 shop\n"));
    REQUIRE(host.store.rebuild_due_index());
    CHECK(host.due() == kDue);
    // An app that is gone leaves no lock.
    CHECK_FALSE(std::filesystem::exists(host.folder / "locks" / ".states" / "gone"));
}

TEST_CASE("a state that somebody holds leaves no other app's time wrong", "[store]") {
    const Indexed host;
    test::write_file(host.file, whole("5", "5 blog\n300 shop\n"));
    const test::StuckLock blog{host.folder / "locks" / ".states" / "blog", std::chrono::hours{0}};
    CHECK(host.store.rebuild_due_index().error().kind == base::ErrorKind::busy);
    CHECK(host.due() == store::DueTimes{{"blog", from_unix(5)}, {"shop", from_unix(200)}});
}

TEST_CASE("an index of an older release is taken over with the next change", "[store]") {
    const Indexed host;
    test::write_file(host.file, "1 100 2\n100 blog\n200 shop\n");
    CHECK_FALSE(host.store.is_any_due(from_unix(99)));
    CHECK(host.store.is_any_due(from_unix(100)));
    CHECK_FALSE(host.store.is_due_index_lost());
    host.set_due("wiki", from_unix(50));
    CHECK(host.text() == whole("50", "50 wiki\n100 blog\n200 shop\n"));
}

TEST_CASE("a link or a file of somebody else in place of the index is replaced", "[store]") {
    const Indexed host;
    std::filesystem::rename(host.file, host.folder / "other");
    std::filesystem::create_symlink(host.folder / "other", host.file);
    host.set_due("wiki", from_unix(50));
    CHECK(host.text() == whole("50", "50 wiki\n100 blog\n200 shop\n"));
    CHECK_FALSE(std::filesystem::is_symlink(host.file));
}

TEST_CASE("a change that was cut short is overwritten by the next", "[store]") {
    const Indexed host;
    const std::string before = host.text();
    test::write_file(host.file, before + "50 wiki\n17641728");
    CHECK(host.due() == kDue);
    host.set_due("wiki", from_unix(70));
    CHECK(host.store.due_apps(from_unix(99)) == Words{"wiki"});
    CHECK_FALSE(host.store.is_due_index_lost());
}

TEST_CASE("what comes sooner is in the index before it is in the state, what comes later after",
          "[store]") {
    const Indexed host;
    // No state can be written there.
    const auto in_its_way = [&](const char* app) {
        std::filesystem::create_directories(host.folder / "state" /
                                            ("." + std::string{app} + ".json.tmp") / "x");
    };
    const auto fail_to_set = [&](const char* app, std::optional<base::UtcTime> at) {
        in_its_way(app);
        CHECK_FALSE(host.store.update_state(app, [&](store::AppState& state) { state.due = at; }));
    };
    fail_to_set("shop", from_unix(300));
    CHECK(host.due() == kDue);
    fail_to_set("blog", std::nullopt);
    CHECK(host.due() == kDue);
    fail_to_set("wiki", from_unix(50));
    CHECK(host.store.due_apps(from_unix(50)) == Words{"wiki"});
}

namespace {

/// Marks so many apps as due, one after the other, and then as done. Returns how many bytes that
/// wrote to the index: a file that was replaced was written from its start.
std::size_t bytes_for(int apps) {
    const test::TempDir folder;
    const store::DueIndex index{folder / "due"};
    REQUIRE(index.write({}));
    std::size_t written = 0;
    auto before = base::stamp_file(folder / "due").value();
    const auto note = [&](int app, std::optional<base::UtcTime> at) {
        REQUIRE(index.note("app" + std::to_string(app), at).value());
        const auto after = base::stamp_file(folder / "due").value();
        const bool is_another = after.inode != before.inode;
        written += is_another ? after.bytes : kHead + after.bytes - before.bytes;
        before = after;
    };
    for (int app = 0; app < apps; ++app)
        note(app, from_unix(1'000'000'000));
    CHECK(index.read()->size() == static_cast<std::size_t>(apps));
    for (int app = 0; app < apps; ++app)
        note(app, std::nullopt);
    CHECK(index.read()->empty());
    return written;
}

}  // namespace

TEST_CASE("a change of one app costs the same however many there are", "[store]") {
    constexpr int kFew = 100;
    constexpr int kMany = 2000;
    const std::size_t for_few = bytes_for(kFew);
    const std::size_t for_many = bytes_for(kMany);
    // A line with its first line, and what is written anew now and then.
    CHECK(for_few / kFew < 4 * (kHead + 20));
    CHECK(for_many / kMany < 4 * (kHead + 20));
}

TEST_CASE("the index stays small however often it changes", "[store]") {
    const Indexed host;
    for (int i = 0; i < 2000; ++i)
        host.set_due("shop", from_unix(200 + i % 7));
    CHECK(host.text().size() < 2 * store::DueIndex::kSmallBytes);
    host.set_due("shop", from_unix(200));
    CHECK(host.due() == kDue);
}

TEST_CASE("processes that change different apps lose no change", "[store]") {
    const Indexed host;
    constexpr int kApps = 200;
    const auto mark = [&](const std::string& prefix) {
        const store::LocalStore store{host.folder.path()};
        for (int i = 0; i < kApps; ++i) {
            auto marked = store.update_state(
                prefix + std::to_string(i),
                [&](store::AppState& state) { state.due = from_unix(1'000 - i); });
            if (!marked) return false;
        }
        return true;
    };
    const test::Fork child{[&] { return mark("child"); }};
    CHECK(mark("parent"));
    CHECK(child.succeeded());
    CHECK_FALSE(host.store.is_due_index_lost());
    CHECK(host.store.waiting_apps().size() == 2 * kApps + 2);
    CHECK(host.store.due_head().value().earliest == from_unix(100));
}
