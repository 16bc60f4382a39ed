#include "nginx/hsts.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"
#include "support/files.h"

TEST_CASE("who sent HSTS is told before HTTPS goes", "[nginx][dokku-7.1]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    CHECK_FALSE(nginx::hsts_warning(host.environment, app));
    const auto file = host.environment.app_root(app) / "nginx.conf.d" / "hsts.conf";
    test::write_file(file, "add_header Strict-Transport-Security \"max-age=15724800\" always;\n");
    const auto warning = nginx::hsts_warning(host.environment, app);
    REQUIRE(warning);
    CHECK_THAT(*warning, Catch::Matchers::ContainsSubstring("dokku nginx:set shop hsts false"));
    test::write_file(file, "");
    CHECK_FALSE(nginx::hsts_warning(host.environment, app));
}
