#include "dokku/environment.h"

#include <cstdlib>
#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "dokku/app.h"
#include "support/temp_dir.h"

namespace {

const char* const kVariables[] = {  // NOLINT(*-avoid-c-arrays)
    "DOKKU_ROOT",           "DOKKU_LIB_ROOT",    "DOKKU_LIB_PATH",     "PLUGIN_PATH",
    "PLUGIN_ENABLED_PATH",  "DOKKU_SYSTEM_USER", "DOKKU_SYSTEM_GROUP", "DOKKU_DISTRO",
    "DOKKU_INIT_SYSTEM",    "DOKKU_APP_NAME",    "DOKKU_QUIET_OUTPUT", "DOKKU_TRACE",
    "DOKKU_LETSENCRYPT_RUN"};

void clear() {
    for (const char* name : kVariables)
        ::unsetenv(name);
}

}  // namespace

TEST_CASE("outside of dokku the defaults hold", "[dokku][dokku-2.2]") {
    clear();
    const auto e = dokku::Environment::read();
    CHECK_FALSE(e.root.empty());  // ~dokku, wherever that is here
    CHECK(e.lib_root == "/var/lib/dokku");
    CHECK(e.plugins_enabled == "/var/lib/dokku/plugins/enabled");
    CHECK(e.system_user == "dokku");
    CHECK(e.system_group == "dokku");
    CHECK_FALSE(e.quiet);
    CHECK_FALSE(e.trace);
    CHECK(e.app_flag.empty());
}

TEST_CASE("what dokku exports is taken", "[dokku][dokku-2.2]") {
    clear();
    const test::TempDir directory;
    std::filesystem::create_directories(directory / "enabled/letsencrypt");
    ::setenv("DOKKU_ROOT", "/srv/dokku", 1);
    ::setenv("DOKKU_LIB_PATH", "/ignored", 1);
    ::setenv("DOKKU_LIB_ROOT", "/srv/lib", 1);
    ::setenv("PLUGIN_ENABLED_PATH", (directory / "enabled").c_str(), 1);
    ::setenv("DOKKU_DISTRO", "ubuntu", 1);
    ::setenv("DOKKU_QUIET_OUTPUT", "1", 1);
    ::setenv("DOKKU_TRACE", "1", 1);
    ::setenv("DOKKU_APP_NAME", "shop", 1);
    const auto e = dokku::Environment::read();
    clear();
    CHECK(e.root == "/srv/dokku");
    CHECK(e.lib_root == "/srv/lib");
    CHECK(e.plugin_directory == directory / "enabled/letsencrypt");
    CHECK(e.distro == "ubuntu");
    CHECK(e.quiet);
    CHECK(e.trace);
    CHECK(e.app_flag == "shop");
    const auto app = dokku::AppName::parse("shop");
    REQUIRE(app);
    CHECK(e.global_root() == "/srv/lib/data/letsencrypt/--global");
    CHECK(e.webroot(*app) == "/srv/lib/data/letsencrypt/shop");
    CHECK(e.tls_root(*app) == "/srv/dokku/shop/tls");
    CHECK(e.certs_root(*app) == "/srv/dokku/shop/letsencrypt/certs");
}
