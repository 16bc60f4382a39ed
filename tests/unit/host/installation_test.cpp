#include "host/installation.h"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "host/absence.h"
#include "store/last_run.h"
#include "support/dokku_host.h"

using Catch::Matchers::ContainsSubstring;
using host::Installation;

namespace {

std::int64_t at_ns(base::UtcTime time) {
    return base::to_unix(time) * 1'000'000'000;
}

void set_time(const std::filesystem::path& file, base::UtcTime time) {
    const timespec at{base::to_unix(time), 0};
    const std::array<timespec, 2> times{at, at};
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times.data(), 0) == 0);
}

}  // namespace

TEST_CASE("what the hooks recorded is read back", "[host][install]") {
    const test::DokkuHost host;
    CHECK(host::read_installation(host.environment) == Installation::never_installed);
    const auto recorded = GENERATE(Installation::installed, Installation::uninstalled);
    REQUIRE(host::record_installation(host.environment, recorded));
    CHECK(host::read_installation(host.environment) == recorded);
    REQUIRE(host::record_installation(host.environment, Installation::never_installed));
    CHECK(host::read_installation(host.environment) == Installation::never_installed);
}

TEST_CASE("a record that nobody wrote is none", "[host][install]") {
    const test::DokkuHost host;
    const std::string text = GENERATE("", "\n", "install", "installed uninstalled", "INSTALLED");
    CAPTURE(text);
    test::DokkuHost::write(host.environment.global_root() / "installation", text);
    CHECK(host::read_installation(host.environment) == Installation::never_installed);
}

TEST_CASE("a host without our install hook is told what to type", "[host][install]") {
    const test::DokkuHost host;
    const auto never = host::describe_missing_install(host.environment);
    REQUIRE(never);
    CHECK(*never ==
          "letsencrypt is not set up on this host: its install hook never ran. Run: sudo dokku "
          "plugin:install");
    REQUIRE(host::record_installation(host.environment, Installation::uninstalled));
    const auto removed = host::describe_missing_install(host.environment);
    REQUIRE(removed);
    CHECK_THAT(*removed, ContainsSubstring("was uninstalled but its folder is still here"));
    REQUIRE(host::record_installation(host.environment, Installation::installed));
    CHECK_FALSE(host::describe_missing_install(host.environment));
}

TEST_CASE("install learns that the plugin was away", "[host][install]") {
    const test::DokkuHost host;
    const base::UtcTime now = base::from_unix(1'764'172'800);
    CHECK_FALSE(host::was_absent(host.environment, now));
    SECTION("from uninstall") {
        REQUIRE(host::record_absence(host.environment, now - std::chrono::minutes{1}));
        CHECK(host::was_absent(host.environment, now));
        REQUIRE(host::end_absence(host.environment));
    }
    SECTION("from the uninstall of an earlier version") {
        REQUIRE(host::record_installation(host.environment, Installation::uninstalled));
        CHECK(host::was_absent(host.environment, now));
        REQUIRE(host::record_installation(host.environment, Installation::installed));
    }
    SECTION("from scheduled runs that did not come") {
        const auto last = now - std::chrono::hours{37};
        REQUIRE(store::write_last_run(host.environment.global_root(), {last, 0, 0}));
        CHECK_FALSE(host::was_absent(host.environment, now));  // no operator wants them
        test::DokkuHost::write(host.environment.global_root() / "autorenew", "");
        CHECK(host::was_absent(host.environment, now));
        SECTION("and counts once") {
            const auto record = host.environment.global_root() / "installation";
            REQUIRE(host::record_installation(host.environment, Installation::installed));
            set_time(record, now - std::chrono::hours{37});
            CHECK(host::was_absent(host.environment, now));
            REQUIRE(host::end_absence(host.environment));
            CHECK(base::stamp_file(record)->modified_ns > at_ns(now - std::chrono::hours{37}));
            set_time(record, now);
            CHECK_FALSE(host::was_absent(host.environment, now + std::chrono::hours{36}));
            CHECK(host::was_absent(host.environment, now + std::chrono::hours{37}));
        }
        SECTION("until one has come") {
            REQUIRE(store::write_last_run(host.environment.global_root(),
                                          {now - std::chrono::hours{35}, 0, 0}));
        }
    }
    CHECK_FALSE(host::was_absent(host.environment, now));
}
