#include "hooks/after_delete.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "nginx/challenge_route.h"
#include "store/local_store.h"
#include "support/dokku_host.h"
#include "support/files.h"

namespace fs = std::filesystem;

TEST_CASE("of a destroyed app state, properties and route go, and other apps keep theirs",
          "[hooks]") {
    test::DokkuHost host;
    const store::LocalStore store{host.environment.global_root()};
    for (const char* name : {"shop", "blog"}) {
        const auto app = host.add_app(name);
        host.set_property(name, "email", "me@x.test");
        test::write_file(nginx::route_files(host.environment, app).block, "# a block\n");
        REQUIRE(store.update_state(name, [](store::AppState& state) { state.enabled = true; }));
    }
    const auto remains = [&](const char* name) {
        const auto app = dokku::AppName::parse(name).value();
        return std::vector<bool>{
            store.has_state(name),
            fs::exists(host.environment.lib_root / "config/letsencrypt" / name),
            fs::exists(nginx::route_files(host.environment, app).block)};
    };
    const auto shop = dokku::AppName::parse("shop").value();
    hooks::after_delete(host.environment, host.log(), shop);
    CHECK(remains("shop") == std::vector<bool>{false, false, false});
    CHECK(remains("blog") == std::vector<bool>{true, true, true});
    // Once more: nothing there is no failure.
    hooks::after_delete(host.environment, host.log(), shop);
    CHECK(host.logged.err.empty());
    CHECK(host.logged.out.empty());
}

TEST_CASE("what cannot be removed of a destroyed app is told, and keeps nothing else", "[hooks]") {
    test::DokkuHost host;
    const auto app = host.add_app("shop");
    const store::LocalStore store{host.environment.global_root()};
    REQUIRE(store.update_state("shop", [](store::AppState& state) { state.enabled = true; }));
    // A folder where a file is to be.
    test::write_file(nginx::route_files(host.environment, app).block / "file", "");
    hooks::after_delete(host.environment, host.log(), app);
    CHECK_FALSE(store.has_state("shop"));
    CHECK(host.logged.err.starts_with(" !     "));
}
