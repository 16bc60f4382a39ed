#include "hooks/domains_changed.h"

#include <filesystem>
#include <string>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"
#include "support/files.h"

using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

/// An app, and a worker that says for whom it was started.
struct Changing {
    Changing() {
        const auto worker = host.environment.plugin_directory / "libexec/issue";
        test::write_file(worker, "#!/bin/sh\necho \"issue $1\"\n");
        fs::permissions(worker, fs::perms::owner_all);
    }

    void enable() const {
        REQUIRE(store.update_state("shop", [](store::AppState& state) { state.enabled = true; }));
    }
    void change(const std::string& action) {
        REQUIRE(hooks::domains_changed(host.environment, host.log(), app, action));
    }
    bool is_due() const { return store.read_state("shop").value().due.has_value(); }

    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    store::LocalStore store{host.environment.global_root()};
};

}  // namespace

TEST_CASE("domains of an enabled app that an operator names are issued for at once", "[hooks]") {
    Changing app;
    app.enable();
    app.change(GENERATE("add", "set"));
    CHECK(app.host.logged.out == "issue shop\n");
}

TEST_CASE("other changes of an enabled app's domains are left to the retry job", "[hooks]") {
    Changing app;
    app.enable();
    app.change(GENERATE("remove", "clear", "enable", "reset"));
    CHECK(app.host.logged.out.empty());
    CHECK(app.is_due());
}

TEST_CASE("an app that is not enabled gets the official hint", "[hooks][dokku-10.9]") {
    Changing app;
    app.change("add");
    CHECK(app.host.logged.out.empty());
    CHECK(app.host.logged.err ==
          " !     Please run dokku letsencrypt:enable to add https support to the new domain\n");
    CHECK_FALSE(app.is_due());
}

TEST_CASE("while a run is at work for the app no second one is started", "[hooks]") {
    Changing app;
    app.enable();
    const auto lock = app.store.try_lock_app("shop");
    REQUIRE(lock);
    app.change("add");
    CHECK_THAT(app.host.logged.out, ContainsSubstring("A run for shop is at work"));
    CHECK(app.is_due());
}

TEST_CASE("nor while a run has claimed it and waits without its lock", "[hooks]") {
    Changing app;
    app.enable();
    REQUIRE(app.store.update_state("shop", [](store::AppState& state) {
        state.claim = store::Claim{base::find_process(::getppid()).value()};
    }));
    app.change("add");
    CHECK_THAT(app.host.logged.out, ContainsSubstring("A run for shop is at work"));
    CHECK(app.is_due());
}

TEST_CASE("what a run of ours changes is that run's own business", "[hooks]") {
    Changing app;
    app.enable();
    app.host.environment.run = "shop";
    app.change(GENERATE("", "add", "remove"));
    CHECK(app.host.logged.out.empty());
    CHECK_FALSE(app.is_due());
}
