#include "dokku/installation.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"

using Catch::Matchers::ContainsSubstring;
using dokku::Installation;

TEST_CASE("what the hooks recorded is read back", "[dokku][install]") {
    const test::DokkuHost host;
    CHECK(dokku::read_installation(host.environment) == Installation::never_installed);
    const auto recorded = GENERATE(Installation::installed, Installation::uninstalled);
    REQUIRE(dokku::record_installation(host.environment, recorded));
    CHECK(dokku::read_installation(host.environment) == recorded);
    REQUIRE(dokku::record_installation(host.environment, Installation::never_installed));
    CHECK(dokku::read_installation(host.environment) == Installation::never_installed);
}

TEST_CASE("a record that nobody wrote is none", "[dokku][install]") {
    const test::DokkuHost host;
    const std::string text = GENERATE("", "\n", "install", "installed uninstalled", "INSTALLED");
    CAPTURE(text);
    test::DokkuHost::write(host.environment.global_root() / "installation", text);
    CHECK(dokku::read_installation(host.environment) == Installation::never_installed);
}

TEST_CASE("a host without our install hook is told what to type", "[dokku][install]") {
    const test::DokkuHost host;
    const auto never = dokku::describe_missing_install(host.environment);
    REQUIRE(never);
    CHECK(*never ==
          "letsencrypt is not set up on this host: its install hook never ran. Run: sudo dokku "
          "plugin:install");
    REQUIRE(dokku::record_installation(host.environment, Installation::uninstalled));
    const auto removed = dokku::describe_missing_install(host.environment);
    REQUIRE(removed);
    CHECK_THAT(*removed, ContainsSubstring("was uninstalled but its folder is still here"));
    REQUIRE(dokku::record_installation(host.environment, Installation::installed));
    CHECK_FALSE(dokku::describe_missing_install(host.environment));
}
