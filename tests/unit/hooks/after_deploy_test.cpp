#include "hooks/after_deploy.h"

#include <catch2/catch_test_macros.hpp>

#include "store/local_store.h"
#include "support/dokku_host.h"

namespace {

/// An app that was never enabled, on a host where all apps are to have HTTPS.
struct Deployed {
    Deployed() { host.set_property("--global", "auto-issue", "true"); }

    std::string deploy() {
        REQUIRE(hooks::after_deploy(host.environment, host.log(), app, now));
        CHECK(host.logged.err.empty());
        return host.logged.out;
    }

    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    store::LocalStore store{host.environment.global_root()};
    base::UtcTime now = base::from_unix(1'770'000'000);
};

}  // namespace

TEST_CASE("a deploy tells that the retry job looks after the certificate", "[hooks]") {
    Deployed app;
    CHECK(app.deploy() ==
          "       Letsencrypt looks after the certificate of shop within a minute\n");
    CHECK(app.store.is_any_due(app.now));
}

TEST_CASE("a deploy of an app that waits for nothing says nothing", "[hooks]") {
    Deployed app;
    app.host.set_property("--global", "auto-issue", "false");
    CHECK(app.deploy().empty());
    CHECK_FALSE(app.store.has_state("shop"));
}

TEST_CASE("a deploy by a run of ours is that run's own business", "[hooks]") {
    Deployed app;
    app.host.environment.run = "shop";
    CHECK(app.deploy().empty());
    CHECK_FALSE(app.store.has_state("shop"));
}
