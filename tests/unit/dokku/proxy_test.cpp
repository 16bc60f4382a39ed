#include "dokku/proxy.h"

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"
#include "support/fake_programs.h"

TEST_CASE("the proxy type is nginx where nobody answers", "[dokku][dokku-3.3]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    {
        const test::FakePrograms programs{"echo caddy"};
        CHECK(*dokku::ask_proxy_type(host.environment, app) == "caddy");
    }
    const test::FakePrograms programs{"true"};
    CHECK(*dokku::ask_proxy_type(host.environment, app) == "nginx");
}

TEST_CASE("the proxy is off only if its property says true", "[dokku][dokku-7.6]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    CHECK(*dokku::is_proxy_enabled(host.environment, app));
    host.set_property("shop", "disabled", "false", "proxy");
    CHECK(*dokku::is_proxy_enabled(host.environment, app));
    host.set_property("shop", "disabled", "true", "proxy");
    CHECK_FALSE(*dokku::is_proxy_enabled(host.environment, app));
}
