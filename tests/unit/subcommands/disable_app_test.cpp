#include "subcommands/disable_app.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"
#include "support/fake_programs.h"

TEST_CASE("disable removes the files, then has nginx rebuilt", "[subcommands][dokku-11.6]") {
    test::DokkuHost host;
    const auto app = host.add_app("shop");
    host.install_pair(app, "a custom certificate\n");
    host.issue(app, "shop.test", "x");
    host.set_property("shop", "email", "me@x.test");
    const test::FakePrograms programs{"test -e '" + host.environment.tls_root(app).string() +
                                      R"(' && exit 9; echo "$*" >>"${0%/*}/calls")"};
    REQUIRE(subcommands::disable_app(host.environment, host.log(), app));
    REQUIRE(subcommands::disable_app(host.environment, host.log(), app));
    const std::string once =
        "-----> Disabling letsencrypt for app\n"
        "       Removing letsencrypt files for shop\n"
        "       Removing SSL endpoint from shop\n"
        "-----> Done\n";
    CHECK(host.logged.out == once + once);
    CHECK(host.logged.err.empty());
    CHECK_FALSE(std::filesystem::exists(host.environment.app_root(app) / "letsencrypt"));
    CHECK(*base::read_file(programs / "calls") ==
          "trigger post-certs-remove shop\ntrigger post-domains-update shop\n"
          "trigger post-certs-remove shop\ntrigger post-domains-update shop\n");
    CHECK(std::filesystem::exists(host.environment.lib_root / "config/letsencrypt/shop/email"));
}
