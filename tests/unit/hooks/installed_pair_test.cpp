#include "hooks/installed_pair.h"

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"

using store::NameStatus;

namespace {

/// An app that letsencrypt is on for, with one name in use and a certificate of ours.
struct Enabled {
    Enabled() {
        host.issue(app, "shop.test", ours);
        host.install_pair(app, ours);
        change([](store::AppState& state) {
            state.enabled = true;
            state.names.resize(1);
            state.names.front().name = "shop.test";
            state.names.front().status = NameStatus::in_use;
        });
    }

    void change(const std::function<void(store::AppState&)>& with) const {
        REQUIRE(store.update_state("shop", with));
    }
    store::AppState state() const { return store.read_state("shop").value(); }
    void note() const { REQUIRE(hooks::note_pair(host.environment, store, app)); }
    void note_removed() const {
        std::filesystem::remove_all(host.environment.tls_root(app));
        REQUIRE(hooks::note_removed_pair(host.environment, app, now));
    }

    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    store::LocalStore store{host.environment.global_root()};
    base::UtcTime now = base::from_unix(1'770'000'000);
    std::string ours = test::read_test_data("dokku/shop.crt");
    std::string custom = test::read_test_data("dokku/other.crt");
};

}  // namespace

TEST_CASE("a certificate of ours changes nothing", "[hooks][design-8.1]") {
    const Enabled app;
    app.note();
    CHECK(app.state().names.front().status == NameStatus::in_use);
    CHECK_FALSE(app.state().due);
}

TEST_CASE("a person's certificate lets all names rest until it ends", "[hooks][design-8.1]") {
    const Enabled app;
    app.change([&](store::AppState& state) {
        state.names.front().status = NameStatus::failed;
        state.names.front().next_try = app.now;
        state.renew_at = app.now;
    });
    app.host.install_pair(app.app, app.custom);
    app.note();
    const auto state = app.state();
    CHECK_FALSE(state.renew_at);
    REQUIRE(state.installed);
    CHECK(state.installed->owner == store::Owner::custom);
    CHECK(state.names.front().status == NameStatus::not_used);
    CHECK_FALSE(state.names.front().next_try);
    CHECK(state.due == state.installed->not_after);
}

TEST_CASE("once a person's certificate is removed, ours is due", "[hooks][design-8.3]") {
    const Enabled app;
    app.host.install_pair(app.app, app.custom);
    app.note();
    app.note_removed();
    CHECK(app.state().due == app.now);
    CHECK(app.state().enabled);
}

TEST_CASE("once ours is removed, nothing is ordered", "[hooks][design-8.3]") {
    const Enabled app;
    app.note();
    app.note_removed();
    CHECK_FALSE(app.state().due);
    CHECK_FALSE(app.state().enabled);
}

TEST_CASE("an app that letsencrypt has nothing to do with gets no state", "[hooks]") {
    const Enabled app;
    const auto other = app.host.add_app("blog");
    app.host.install_pair(other, app.custom);
    REQUIRE(hooks::note_pair(app.host.environment, app.store, other));
    CHECK_FALSE(app.store.has_state("blog"));
}
