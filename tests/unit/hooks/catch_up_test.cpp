#include "hooks/catch_up.h"

#include <filesystem>
#include <functional>
#include <string>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "host/absence.h"
#include "host/installation.h"
#include "support/dokku_host.h"
#include "support/files.h"
#include "tls/certs.h"
#include "tls/removal_marker.h"

using Catch::Matchers::ContainsSubstring;

namespace {

/// An app that letsencrypt was on for when the plugin went away.
struct Away {
    Away() {
        test::DokkuHost::write(host.environment.root / "shop" / "VHOST", "shop.test\n");
        host.issue(app, "shop.test", ours);
        host.install_pair(app, ours);
        const auto until = tls::read_expiration(host.environment, app).value();
        change([&](store::AppState& state) {
            state.enabled = true;
            state.installed = store::InstalledPair{"ab", store::Owner::ours, until};
        });
        REQUIRE(host::record_absence(host.environment, now));
    }

    void change(const std::function<void(store::AppState&)>& with) const {
        REQUIRE(store.update_state("shop", with));
    }
    store::AppState state() const { return store.read_state("shop").value(); }
    void remove_all() const {
        std::filesystem::remove_all(host.environment.tls_root(app));
        std::filesystem::remove_all(host.environment.certs_root(app).parent_path());
    }
    /// What is printed.
    std::string come_back() {
        host.logged = {};
        REQUIRE(hooks::catch_up_after_absence(host.environment, store, host.log(), now));
        CHECK(host.logged.err.empty());
        return host.logged.out;
    }

    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    store::LocalStore store{host.environment.global_root()};
    base::UtcTime now = base::from_unix(1'770'000'000);
    std::string ours = test::read_test_data("dokku/shop.crt");
};

}  // namespace

TEST_CASE("an app without pair and store was switched off while we were away", "[hooks][install]") {
    Away away;
    away.remove_all();
    CHECK(
        away.come_back() ==
        "-----> letsencrypt was switched off for shop meanwhile. To get a certificate again: dokku "
        "letsencrypt:enable shop\n");
    CHECK_FALSE(away.state().enabled);
    CHECK(away.state().switched_off);
    CHECK_FALSE(away.state().installed);
    // That is over: what is missing from now on was lost.
    CHECK_FALSE(host::was_absent(away.host.environment, away.now));
}

TEST_CASE("without an absence missing files are damage, not a wish", "[hooks][install]") {
    Away away;
    REQUIRE(host::end_absence(away.host.environment));
    away.remove_all();
    CHECK(away.come_back().empty());
    CHECK(away.state().enabled);
}

TEST_CASE("what is only half gone, or was never there, is no wish either", "[hooks][install]") {
    Away away;
    SECTION("the store is left, if only as a link to nowhere") {
        std::filesystem::remove_all(away.host.environment.tls_root(away.app));
        std::filesystem::remove_all(away.host.environment.certs_root(away.app) / "0123abcd");
    }
    SECTION("one file of the pair is left") {
        away.remove_all();
        test::DokkuHost::write(away.host.environment.tls_root(away.app) / "server.crt", away.ours);
    }
    SECTION("it waits for its first certificate") {
        away.remove_all();
        away.change([](store::AppState& state) { state.installed.reset(); });
    }
    CHECK(away.come_back().empty());
    CHECK(away.state().enabled);
}

TEST_CASE("what cannot be looked at is not gone", "[hooks][install]") {
    Away away;
    const auto root = away.host.environment.app_root(away.app);
    // Root may look at everything.
    test::give_tree(away.host.environment.root.parent_path(), 1);
    if (::geteuid() == 0) REQUIRE(::chown(root.c_str(), 0, 0) == 0);
    std::filesystem::permissions(root, std::filesystem::perms{::geteuid() == 0 ? 0700U : 0U});
    const test::Fork child{[&] {
        if (::geteuid() == 0 && ::setuid(1) != 0) return false;
        const bool done = hooks::catch_up_after_absence(away.host.environment, away.store,
                                                        away.host.log(), away.now)
                              .has_value();
        return done && away.host.logged.out.empty() &&
               away.host.logged.err.find("shop: looking at ") != std::string::npos &&
               away.state().enabled;
    }};
    CHECK(child.succeeded());
    std::filesystem::permissions(root, std::filesystem::perms{0755});
}

TEST_CASE("a pair that was to go is nobody's wish to have one", "[hooks][install]") {
    Away away;
    away.change([](store::AppState& state) {
        state.enabled = false;
        state.switched_off = true;
    });
    SECTION("its removal was cut short") {
        const test::Fork remover{[&] {
            return tls::mark_removal(away.host.environment, away.app, tls::RemovalKind::disable)
                .has_value();
        }};
        REQUIRE(remover.succeeded());
    }
    SECTION("it was revoked, and could not be removed") {
        away.change([](store::AppState& state) { state.revoked = "ab"; });
    }
    CHECK(away.come_back().empty());
    CHECK(away.state().switched_off);
    // Another one is.
    const std::string other = test::read_test_data("dokku/other.crt");
    away.host.issue(away.app, "other", other);
    away.host.install_pair(away.app, other);
    REQUIRE(host::record_absence(away.host.environment, away.now));
    CHECK_THAT(away.come_back(), ContainsSubstring("letsencrypt was enabled for shop meanwhile"));
    CHECK(away.state().enabled);
}

TEST_CASE("an app that is active again was enabled while we were away", "[hooks][install]") {
    Away away;
    away.change([](store::AppState& state) {
        state.enabled = false;
        state.switched_off = true;
    });
    CHECK_THAT(away.come_back(), ContainsSubstring("letsencrypt was enabled for shop meanwhile"));
    CHECK(away.state().enabled);
    CHECK_FALSE(away.state().switched_off);
}

TEST_CASE("a person's certificate is noted as such", "[hooks][install]") {
    Away away;
    away.host.install_pair(away.app, test::read_test_data("dokku/other.crt"));
    CHECK(away.come_back().empty());
    REQUIRE(away.state().installed);
    CHECK(away.state().installed->owner == store::Owner::custom);
    CHECK(away.state().enabled);
}
