#include "dokku/proxy.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"
#include "support/fake_programs.h"

using Catch::Matchers::StartsWith;

TEST_CASE("the proxy type is nginx where nobody answers", "[dokku][dokku-3.3]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    {
        const test::FakePrograms programs{"echo caddy"};
        const auto required = dokku::require_nginx_proxy(host.environment, app);
        REQUIRE_FALSE(required);
        CHECK(required.error().kind == base::ErrorKind::invalid_input);
        CHECK_THAT(required.error().message, StartsWith("shop is served by caddy, "));
    }
    const test::FakePrograms programs{"true"};
    CHECK(dokku::require_nginx_proxy(host.environment, app));
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
