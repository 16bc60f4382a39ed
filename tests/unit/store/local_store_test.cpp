#include "store/local_store.h"

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/files.h"
#include "support/temp_dir.h"

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kServer = "https://acme-v02.api.letsencrypt.org/directory";
constexpr std::string_view kEmail = "me@x.test";

struct Host {
    store::LocalStore store() const { return store::LocalStore{root.path()}; }
    fs::path state_file(const std::string& app) const { return root / "state" / (app + ".json"); }

    test::TempDir root;
};

void set_age(const fs::path& file, base::UtcTime now, std::chrono::seconds age) {
    const timespec written{base::to_unix(now - age), 0};
    const timespec times[] = {written, written};  // NOLINT(*-avoid-c-arrays): utimensat takes one
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

}  // namespace

TEST_CASE("making a store writes nothing, and neither does reading", "[store]") {
    const Host host;
    const auto store = host.store();
    CHECK_FALSE(store.read_state("shop")->enabled);
    CHECK_FALSE(store.read_account(kServer, kEmail)->has_value());
    CHECK_FALSE(store.read_directory(kServer, base::from_unix(0)));
    CHECK_FALSE(*store.was_issued("0a"));
    CHECK(fs::is_empty(host.root.path()));
}

TEST_CASE("a state that is not to be changed is not made either", "[store]") {
    const Host host;
    const auto store = host.store();
    REQUIRE(store.update_state_if("shop", [](auto&) { return false; }));
    REQUIRE(store.update_existing_state("shop", [](auto& state) { state.enabled = true; }));
    CHECK_FALSE(store.has_state("shop"));
    const auto enable = [](auto& state) { return state.enabled = true; };
    REQUIRE(store.update_state_if("shop", enable));
    REQUIRE(store.update_state_if("shop", [](auto& state) {
        state.enabled = false;
        return false;
    }));
    CHECK(store.read_state("shop")->enabled);
}

TEST_CASE("a state is changed under its own lock and kept private", "[store][design-5.4]") {
    const Host host;
    const auto store = host.store();
    const mode_t before = ::umask(0);
    const auto enabled = store.update_state("shop", [](auto& state) { state.enabled = true; });
    ::umask(before);
    REQUIRE(enabled);
    REQUIRE(store.update_state("shop", [](auto& state) { state.covered = {"a.test"}; }));
    const auto state = store.read_state("shop");
    REQUIRE(state);
    CHECK(state->enabled);
    CHECK(state->covered == std::vector<std::string>{"a.test"});
    CHECK(test::mode_of(host.state_file("shop")) == 0600);
    CHECK(test::mode_of(host.root / "state") == 0700);
}

TEST_CASE("a change that changes nothing writes nothing", "[store]") {
    const Host host;
    const auto change = [](store::AppState& state) { state.enabled = true; };
    REQUIRE(host.store().update_state("shop", change));
    const auto stamp = base::stamp_file(host.state_file("shop"));
    REQUIRE(host.store().update_state("shop", change));
    CHECK(*base::stamp_file(host.state_file("shop")) == *stamp);
}

TEST_CASE("two processes that change one state lose no change", "[store][design-5.4]") {
    const Host host;
    constexpr std::size_t kChanges = 40;
    const auto count_up = [&](const std::string& mark) {
        for (std::size_t i = 0; i < kChanges; ++i) {
            auto changed = host.store().update_state(
                "shop", [&](auto& state) { state.covered.push_back(mark); });
            if (!changed) return false;
        }
        return true;
    };
    const test::Fork child{[&] { return count_up("child"); }};
    CHECK(count_up("parent"));
    CHECK(child.succeeded());
    CHECK(host.store().read_state("shop")->covered.size() == 2 * kChanges);
}

TEST_CASE("removing a state leaves nothing of the app", "[store][design-5.1]") {
    const Host host;
    REQUIRE(host.store().update_state("shop", [](auto& state) { state.enabled = true; }));
    REQUIRE(host.store().update_state("other", [](auto& state) { state.enabled = true; }));
    { REQUIRE(host.store().try_lock_app("shop")); }
    REQUIRE(host.store().remove_state("shop"));
    CHECK_FALSE(fs::exists(host.state_file("shop")));
    CHECK_FALSE(fs::exists(host.root / "locks" / "shop"));
    CHECK(host.store().read_state("other")->enabled);
    CHECK(host.store().remove_state("shop"));  // absent already
}

TEST_CASE("removing a state leaves the lock that a run holds", "[store][design-6.1]") {
    const Host host;
    const auto lock = host.store().try_lock_app("shop");
    REQUIRE(lock);
    REQUIRE(host.store().remove_state("shop"));
    CHECK(host.store().try_lock_app("shop").error().kind == base::ErrorKind::busy);
}

TEST_CASE("an app is locked for one process at a time, other apps are not", "[store][design-6.1]") {
    const Host host;
    {
        const auto lock = host.store().try_lock_app("shop");
        REQUIRE(lock);
        const test::Fork child{[&] {
            const auto second = host.store().try_lock_app("shop");
            return !second && second.error().kind == base::ErrorKind::busy &&
                   host.store().try_lock_app("other").has_value();
        }};
        CHECK(child.succeeded());
    }
    CHECK(host.store().try_lock_app("shop"));
    CHECK(test::mode_of(host.root / "locks") == 0700);
    CHECK(test::mode_of(host.root / "locks" / "shop") == 0600);
}

TEST_CASE("the lock of a process that was killed is free", "[store][design-6.1]") {
    const Host host;
    test::Fork holder{[&] {
        const auto lock = host.store().try_lock_app("shop");
        return lock && test::Fork::wait_to_be_killed();
    }};
    holder.wait_until_ready();
    CHECK_FALSE(host.store().try_lock_app("shop"));
    holder.kill();
    CHECK(host.store().try_lock_app("shop"));
}

TEST_CASE("a CA's directory is kept for twelve hours", "[store][design-4.4]") {
    const Host host;
    const auto now = base::from_unix(1'770'000'000);
    REQUIRE(host.store().write_directory(kServer, "{\"newOrder\":\"x\"}"));
    const fs::path file =
        host.root / "directories" / "https%3a%2f%2facme-v02.api.letsencrypt.org%2fdirectory.json";
    CHECK(test::mode_of(file) == 0600);

    struct Age {
        std::chrono::seconds age;
        bool kept;
    };
    using std::chrono::hours;
    using std::chrono::seconds;
    const auto [age, kept] =
        GENERATE(Age{seconds{0}, true}, Age{hours{12}, true}, Age{hours{12} + seconds{1}, false},
                 Age{hours{24 * 365}, false},
                 // A clock that was put back says nothing about the age.
                 Age{-seconds{60}, true}, Age{-seconds{61}, false}, Age{-hours{24}, false});
    CAPTURE(age.count());
    set_age(file, now, age);
    const auto text = host.store().read_directory(kServer, now);
    CHECK(text.has_value() == kept);
    if (text) CHECK(*text == "{\"newOrder\":\"x\"}");
}

TEST_CASE("two CAs have two directories", "[store]") {
    const Host host;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    REQUIRE(host.store().write_directory("https://ca.test/one", "1"));
    REQUIRE(host.store().write_directory("https://ca.test/two", "2"));
    CHECK(host.store().read_directory("https://ca.test/one", now) == "1");
    CHECK(host.store().read_directory("https://ca.test/two", now) == "2");
    // Neither is a path of the CA's choice.
    REQUIRE(host.store().write_directory("https://ca.test/../../x", "3"));
    CHECK(fs::exists(host.root / "directories" / "https%3a%2f%2fca.test%2f..%2f..%2fx.json"));
}

TEST_CASE("URLs that are alike have directories of their own", "[store]") {
    const Host host;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    REQUIRE(host.store().write_directory("https://ca.test/a/b", "1"));
    CHECK_FALSE(host.store().read_directory("https://ca.test/a_b", now));
    CHECK_FALSE(host.store().read_directory("https://ca.test/a%2fb", now));
}

TEST_CASE("what was issued on this host is known by its fingerprint", "[store][design-1.1]") {
    const Host host;
    REQUIRE(host.store().record_issued("shop", "0a1b", base::from_unix(1'770'000'000)));
    REQUIRE(host.store().record_issued("other", "2c3d", base::from_unix(1'770'000'001)));
    CHECK(*host.store().was_issued("0a1b"));
    CHECK(*host.store().was_issued("2c3d"));
    CHECK_FALSE(*host.store().was_issued("0a1"));
    CHECK_FALSE(*host.store().was_issued("a1b"));
    CHECK_FALSE(*host.store().was_issued("shop"));
    CHECK_FALSE(*host.store().was_issued(""));
    CHECK(*host.store().was_issued_for("shop", "0a1b"));
    CHECK_FALSE(*host.store().was_issued_for("shop", "2c3d"));
    CHECK_FALSE(*host.store().was_issued_for("sho", "0a1b"));
    const fs::path file = host.root / "state" / "issued.jsonl";
    CHECK(test::content_of(file) ==
          R"({"fingerprint":"0a1b","app":"shop","at":"2026-02-02T02:40:00Z"})"
          "\n"
          R"({"fingerprint":"2c3d","app":"other","at":"2026-02-02T02:40:01Z"})"
          "\n");
    CHECK(test::mode_of(file) == 0600);
}

TEST_CASE("a record that a power cut tore hides none after it", "[store][design-1.1]") {
    const Host host;
    test::write_file(host.root / "state" / "issued.jsonl", R"({"fingerprint":"0a1b","app":"sh)");
    REQUIRE(host.store().record_issued("shop", "2c3d", base::from_unix(1'770'000'000)));
    CHECK(*host.store().was_issued("2c3d"));
}
