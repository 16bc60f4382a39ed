#include "hooks/after_copy.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "store/local_store.h"
#include "support/dokku_host.h"
#include "support/files.h"

namespace {

/// OLD, which is enabled and has names of its own, and NEW without a state.
struct Copied {
    Copied() {
        host.set_property("old", "email", "me@x.test");
        REQUIRE(store.update_state("old", [](store::AppState& state) {
            state.enabled = true;
            state.names.resize(1);
            state.names.front().name = "shop.test";
        }));
    }

    test::DokkuHost host;
    dokku::AppName from = host.add_app("old");
    dokku::AppName to = host.add_app("new");
    store::LocalStore store{host.environment.global_root()};
    base::UtcTime now = base::from_unix(1'770'000'000);
};

}  // namespace

TEST_CASE("what is known of a renamed app goes along, and the retry job orders", "[hooks]") {
    Copied app;
    REQUIRE(hooks::after_rename(app.host.environment, app.host.log(), app.from, app.to, app.now));
    const auto state = app.store.read_state("new").value();
    CHECK(state.enabled);
    CHECK(state.names.size() == 1);
    CHECK(state.due == app.now);
    CHECK(test::content_of(app.host.environment.lib_root / "config/letsencrypt/new/email") ==
          "me@x.test");
    CHECK(app.host.logged.err.empty());
}

TEST_CASE("a state that cannot go along is a warning, and the rest does", "[hooks]") {
    Copied app;
    const auto file = app.host.environment.global_root() / "state/old.json";
    REQUIRE(std::filesystem::remove(file));
    std::filesystem::create_directories(file / "a folder where the file was");
    REQUIRE(hooks::after_rename(app.host.environment, app.host.log(), app.from, app.to, app.now));
    CHECK(app.host.logged.err.starts_with(" !     "));
    CHECK(test::content_of(app.host.environment.lib_root / "config/letsencrypt/new/email") ==
          "me@x.test");
}

TEST_CASE("a clone has the properties and an empty state", "[hooks]") {
    Copied app;
    REQUIRE(hooks::after_clone(app.host.environment, app.host.log(), app.from, app.to));
    CHECK_FALSE(app.store.has_state("new"));
    CHECK(test::content_of(app.host.environment.lib_root / "config/letsencrypt/new/email") ==
          "me@x.test");
}
