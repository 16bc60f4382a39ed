#include "dokku/domains.h"

#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/dokku_host.h"

using Domains = std::vector<std::string>;

TEST_CASE("domains are the lines of VHOST in their order, without the default marker",
          "[dokku][dokku-5.2]") {
    CHECK(dokku::parse_vhost("B.test\na.test\n_\n*.x.test\n") ==
          Domains{"B.test", "a.test", "*.x.test"});
    CHECK(dokku::parse_vhost("a.test") == Domains{"a.test"});
    CHECK(dokku::parse_vhost("a.test\r\n\n  \n__\n") == Domains{"a.test", "__"});
    CHECK(dokku::parse_vhost("").empty());
}

TEST_CASE("NO_VHOST is found however the line is quoted", "[dokku][dokku-4.2]") {
    const std::string line = GENERATE("NO_VHOST=1", "NO_VHOST='1'", R"(NO_VHOST="1")",
                                      "export NO_VHOST='1'", "  NO_VHOST = 1 ");
    CAPTURE(line);
    CHECK(dokku::find_env_value("A=2\n" + line + "\nB=\"x\"\n", "NO_VHOST") == "1");
}

TEST_CASE("other lines are not taken for NO_VHOST", "[dokku][dokku-4.2]") {
    const std::string line = GENERATE("NO_VHOST", "XNO_VHOST=1", "NO_VHOSTS=1", "# NO_VHOST=1", "");
    CAPTURE(line);
    CHECK_FALSE(dokku::find_env_value(line, "NO_VHOST"));
}

TEST_CASE("the last line that names a key counts", "[dokku][dokku-4.2]") {
    CHECK(dokku::find_env_value("NO_VHOST=1\nNO_VHOST=0\n", "NO_VHOST") == "0");
}

TEST_CASE("NO_VHOST hides the domains only if it is exactly 1", "[dokku][dokku-5.2]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    test::DokkuHost::write(host.environment.app_root(app) / "VHOST", "a.test\n");
    const auto env_file = host.environment.lib_root / "config" / "shop" / "ENV";

    CHECK(*dokku::read_domains(host.environment, app) == Domains{"a.test"});
    test::DokkuHost::write(env_file, "NO_VHOST='0'\n");
    CHECK(*dokku::read_domains(host.environment, app) == Domains{"a.test"});
    test::DokkuHost::write(env_file, "NO_VHOST='true'\n");
    CHECK(*dokku::read_domains(host.environment, app) == Domains{"a.test"});
    test::DokkuHost::write(env_file, "NO_VHOST='1'\n");
    CHECK(dokku::read_domains(host.environment, app)->empty());
}

TEST_CASE("the place of ENV before Dokku 0.38 counts where the new one is missing",
          "[dokku][dokku-4.2]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    test::DokkuHost::write(host.environment.app_root(app) / "VHOST", "a.test\n");
    test::DokkuHost::write(host.environment.app_root(app) / "ENV", "NO_VHOST=1\n");
    CHECK(dokku::read_domains(host.environment, app)->empty());
    test::DokkuHost::write(host.environment.lib_root / "config" / "shop" / "ENV", "");
    CHECK(*dokku::read_domains(host.environment, app) == Domains{"a.test"});
}

TEST_CASE("an app without VHOST has no domains; one that cannot be read is a failure",
          "[dokku][dokku-5.2]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    CHECK(dokku::read_domains(host.environment, app)->empty());
    std::filesystem::create_directories(host.environment.app_root(app) / "VHOST");
    const auto unreadable = dokku::read_domains(host.environment, app);
    REQUIRE_FALSE(unreadable);
    CHECK(unreadable.error().kind == base::ErrorKind::io);
}
