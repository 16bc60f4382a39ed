#include "host/cron.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "host/installation.h"
#include "support/dokku_host.h"

using Lines = std::vector<std::string>;

TEST_CASE("a kept minute is read back, anything else is not one", "[host][cron]") {
    CHECK(host::parse_cron_minute("17 5\n") == host::CronMinute{17, 5});
    CHECK(host::parse_cron_minute("0 0") == host::CronMinute{0, 0});
    const std::string text = GENERATE("", "17", "60 1", "1 12", "-1 1", "1 2 3", "a b");
    CAPTURE(text);
    CHECK_FALSE(host::parse_cron_minute(text));
}

TEST_CASE("the minute of a host is drawn once", "[host][cron]") {
    const test::DokkuHost host;
    const auto first = host::keep_cron_minute(host.environment);
    CHECK(first.minute >= 0);
    CHECK(first.minute <= 59);
    CHECK(first.hour <= 11);
    CHECK(host::keep_cron_minute(host.environment) == first);
    test::DokkuHost::write(host.environment.global_root() / "cron-minute", "broken");
    const auto again = host::keep_cron_minute(host.environment);
    CHECK(host::keep_cron_minute(host.environment) == again);
}

TEST_CASE("cron entries exist while the scheduled run is on and its executables are there",
          "[host][cron][dokku-9.1]") {
    const test::DokkuHost host;
    const auto plugin = host.environment.plugin_directory;
    test::DokkuHost::write(host.environment.global_root() / "cron-minute", "17 5\n");
    const std::string daily =
        "17 5,17 * * *;dokku letsencrypt:auto-renew --scheduled --timestamps;"
        "/var/log/dokku/letsencrypt.log";
    const std::string minutely =
        "* * * * *;" + (plugin / "cron").string() + " --timestamps;/var/log/dokku/letsencrypt.log";

    test::DokkuHost::write(plugin / "subcommands" / "auto-renew", "");
    test::DokkuHost::write(plugin / "cron", "");
    CHECK(host::cron_entries(host.environment).empty());
    test::DokkuHost::write(host.environment.global_root() / "autorenew", "");
    CHECK(host::cron_entries(host.environment) == Lines{daily, minutely});
    // A folder that is about to be removed has none; one that was just swapped in has.
    REQUIRE(host::record_installation(host.environment, host::Installation::uninstalled));
    CHECK(host::cron_entries(host.environment).empty());
    REQUIRE(host::record_installation(host.environment, host::Installation::installed));
    CHECK(host::cron_entries(host.environment) == Lines{daily, minutely});
    std::filesystem::remove(plugin / "cron");
    CHECK(host::cron_entries(host.environment) == Lines{daily});
    std::filesystem::remove(plugin / "subcommands" / "auto-renew");
    CHECK(host::cron_entries(host.environment).empty());
}

TEST_CASE("a plugin folder that would break the crontab gets no entry", "[host][cron][dokku-9.1]") {
    test::DokkuHost host;
    test::DokkuHost::write(host.environment.global_root() / "autorenew", "");
    host.environment.plugin_directory = host.environment.plugins_enabled / "a;b";
    test::DokkuHost::write(host.environment.plugin_directory / "cron", "");
    CHECK(host::cron_entries(host.environment).empty());
}
