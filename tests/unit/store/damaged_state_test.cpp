#include "store/damaged_state.h"

#include <csignal>
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/directory.h"
#include "store/local_store.h"
#include "support/files.h"
#include "support/temp_dir.h"

using Catch::Matchers::ContainsSubstring;

namespace fs = std::filesystem;

namespace {

struct Host {
    fs::path state() const { return root / "state"; }
    fs::path file() const { return state() / "shop.json"; }
    std::vector<std::string> put_aside() const {
        auto names = base::list_directory(state()).value();
        std::erase_if(names, [](const std::string& name) {
            return name.find(".damaged-") == std::string::npos;
        });
        return names;
    }

    test::TempDir root;
    store::LocalStore store{root.path()};
};

void switch_on(store::AppState& state) {
    state.enabled = true;
}

}  // namespace

TEST_CASE("what a killed process left beside the states goes with a run over all apps", "[store]") {
    const test::TempDir folder;
    const store::LocalStore store{folder.path()};
    test::write_file(folder / "state" / ".shop.damaged-2026.0123456789ab.tmp", "half");
    REQUIRE(store.sweep_states());
    CHECK(std::filesystem::is_empty(folder / "state"));
}

TEST_CASE("a damaged state is one of which nothing is known", "[store][design-5.4]") {
    const Host host;
    const std::string text = GENERATE("", "\n", "{\"enabled\":", "[]", "null", "{} {}");
    CAPTURE(text);
    test::write_file(host.file(), text);
    const auto state = host.store.read_state("shop");
    REQUIRE(state);
    CHECK(state->is_unknown());
    CHECK_FALSE(state->enabled);
    CHECK(host.store.has_state("shop"));
    CHECK(test::content_of(host.file()) == text);  // who only reads changes nothing
}

TEST_CASE("who changes a damaged state puts it aside", "[store][design-5.4]") {
    const Host host;
    test::write_file(host.file(), "{\"enabled\":");
    fs::permissions(host.file(), fs::perms::all);
    REQUIRE(host.store.update_state("shop", [](auto& state) { state.covered = {"a.test"}; }));
    const auto state = host.store.read_state("shop");
    REQUIRE(state);
    CHECK(state->covered.size() == 1);
    // That it was is remembered until a run knows better.
    CHECK(state->is_unknown());
    REQUIRE(host.put_aside().size() == 1);
    const fs::path aside = host.state() / host.put_aside().front();
    CHECK(test::content_of(aside) == "{\"enabled\":");
    CHECK(test::mode_of(aside) == 0600);
    REQUIRE(host.store.update_state("shop", switch_on));
    CHECK_FALSE(host.store.read_state("shop")->damaged);
}

TEST_CASE("a damaged state stays in its place where no other can be written",
          "[store][design-5.4]") {
    const Host host;
    test::write_file(host.file(), "{\"enabled\":");
    SECTION("nor the index") {
        test::write_file(host.state() / "due" / "a file", "");
        CHECK_FALSE(host.store.update_state(
            "shop", [](auto& state) { state.due = base::from_unix(1'764'172'800); }));
    }
    SECTION("as on a full disk") {
        const test::Fork child{[&] {
            // What is damaged and the index are shorter, the new state is longer.
            const rlimit limit{64, 64};
            if (std::signal(SIGXFSZ, SIG_IGN) == SIG_ERR) return false;
            if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
            return !host.store.update_state("shop", [](store::AppState& state) {
                state.covered = {std::string(100, 'a') + ".test"};
            });
        }};
        CHECK(child.succeeded());
    }
    CHECK(test::content_of(host.file()) == "{\"enabled\":");
    CHECK(host.store.read_state("shop")->is_unknown());
    CHECK(host.put_aside().empty());
}

TEST_CASE("what is not to be changed is not put aside", "[store][design-5.4]") {
    const Host host;
    test::write_file(host.file(), "");
    REQUIRE(host.store.update_state_if("shop", [](auto&) { return false; }));
    CHECK(host.put_aside().empty());
}

TEST_CASE("the newest three that were put aside are kept, and other apps' too",
          "[store][design-5.4]") {
    const Host host;
    for (int second = 0; second < 5; ++second) {
        test::write_file(host.file(), std::to_string(second));
        REQUIRE(store::put_damaged_state_aside(host.state(), "shop", base::from_unix(second)));
        REQUIRE(store::forget_old_damaged_states(host.state(), "shop"));
    }
    test::write_file(host.state() / "shop.damaged-1.json", "{}");
    test::write_file(host.state() / "shop2.json", "");
    REQUIRE(store::put_damaged_state_aside(host.state(), "shop2", base::from_unix(0)));
    CHECK(host.put_aside() == std::vector<std::string>{"shop.damaged-1.json",
                                                       "shop.damaged-1970-01-01T000002Z",
                                                       "shop.damaged-1970-01-01T000003Z",
                                                       "shop.damaged-1970-01-01T000004Z",
                                                       "shop2.damaged-1970-01-01T000000Z"});
    // They may hold keys.
    REQUIRE(host.store.remove_state("shop"));
    CHECK(host.put_aside() ==
          std::vector<std::string>{"shop.damaged-1.json", "shop2.damaged-1970-01-01T000000Z"});
}

TEST_CASE("a state of a later version is refused and not touched", "[store][design-5.4]") {
    const Host host;
    const std::string text = R"({"form":3,"enabled":true})";
    test::write_file(host.file(), text);
    const auto read = host.store.read_state("shop");
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == base::ErrorKind::invalid_input);
    CHECK_THAT(read.error().message,
               ContainsSubstring(host.file().string()) && ContainsSubstring("form 3"));
    CHECK_FALSE(host.store.update_state("shop", switch_on));
    CHECK_FALSE(host.store.update_existing_state("shop", switch_on));
    CHECK(test::content_of(host.file()) == text);
    CHECK(host.put_aside().empty());
}

TEST_CASE("what is no file that can be read whole is refused and not touched",
          "[store][design-5.4]") {
    const Host host;
    REQUIRE(base::make_directories(host.state(), 0700));
    SECTION("a pipe") {
        REQUIRE(::mkfifo(host.file().c_str(), 0600) == 0);
    }
    SECTION("a folder") {
        REQUIRE(base::make_directories(host.file(), 0700));
    }
    SECTION("half a gigabyte") {
        test::write_file(host.file(), "{}");
        REQUIRE(::truncate(host.file().c_str(), 500L << 20U) == 0);
    }
    CHECK_FALSE(host.store.read_state("shop"));
    CHECK_FALSE(host.store.update_state("shop", switch_on));
    CHECK_FALSE(host.store.update_existing_state("shop", switch_on));
    CHECK(fs::exists(host.file()));
    CHECK(host.put_aside().empty());
}

TEST_CASE("a state without permission is refused and not touched", "[store][design-5.4]") {
    const Host host;
    test::write_file(host.file(), "");
    fs::permissions(host.file(), fs::perms::none);
    for (const fs::path& path : {host.root.path(), host.state(), host.file()})
        if (::geteuid() == 0) REQUIRE(::chown(path.c_str(), 1, 1) == 0);
    // Root may read everything.
    const test::Fork child{[&] {
        if (::geteuid() == 0 && ::setuid(1) != 0) return false;
        const auto read = host.store.read_state("shop");
        return !read && read.error().kind == base::ErrorKind::io &&
               !host.store.update_state("shop", switch_on);
    }};
    CHECK(child.succeeded());
    CHECK(test::content_of(host.file()).empty());
    CHECK(host.put_aside().empty());
}
