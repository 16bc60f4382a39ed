#include "store/last_run.h"

#include <array>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "host/next_run.h"
#include "support/dokku_host.h"

namespace {

/// The time zone of a test, until it ends.
class Zone {
  public:
    explicit Zone(const char* name) {
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    Zone(const Zone&) = delete;
    Zone& operator=(const Zone&) = delete;
    Zone(Zone&&) = delete;
    Zone& operator=(Zone&&) = delete;
    ~Zone() {
        ::unsetenv("TZ");
        ::tzset();
    }
};

std::string next_after(const test::DokkuHost& host, const char* now) {
    const auto at = host::next_run(host.environment, *base::parse_rfc3339(now));
    return at ? base::to_rfc3339(*at) : "never";
}

}  // namespace

TEST_CASE("the last run is read back", "[store][cron]") {
    const test::DokkuHost host;
    CHECK_FALSE(store::read_last_run(host.environment.global_root()));
    REQUIRE(store::write_last_run(host.environment.global_root(),
                                  {base::from_unix(1'770'000'000), 3, 1}));
    const auto run = store::read_last_run(host.environment.global_root());
    REQUIRE(run);
    CHECK(base::to_unix(run->at) == 1'770'000'000);
    CHECK(run->renewed == 3);
    CHECK(run->failed == 1);
    const std::string text =
        GENERATE("", "2026-01-01T00:00:00Z 1", "yesterday 1 2", "2026-01-01T00:00:00Z x 2");
    test::DokkuHost::write(host.environment.global_root() / "last-run", text);
    CHECK_FALSE(store::read_last_run(host.environment.global_root()));
}

namespace {

void set_modified(const std::filesystem::path& file, const char* at) {
    const timespec time{static_cast<std::time_t>(base::to_unix(*base::parse_rfc3339(at))), 0};
    const std::array<timespec, 2> times{time, time};
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times.data(), 0) == 0);
}

/// A host on which letsencrypt was installed, with the scheduled run on.
struct InstalledHost {
    InstalledHost() {
        test::DokkuHost::write(global / "installation", "installed\n");
        test::DokkuHost::write(global / "autorenew", "");
        set_modified(global / "installation", "2026-11-20T00:00:00Z");
        set_modified(global / "autorenew", "2026-11-20T00:00:00Z");
    }
    std::string without_run_at(const char* now) const {
        const auto since = host::without_run_since(host.environment, *base::parse_rfc3339(now));
        return since ? base::to_rfc3339(*since) : "well";
    }

    test::DokkuHost host;
    std::filesystem::path global = host.environment.global_root();
};

}  // namespace

TEST_CASE("a day and a half without a run that ends is too long", "[store][cron]") {
    const InstalledHost installed;
    CHECK(installed.without_run_at("2026-11-21T11:59:59Z") == "well");
    CHECK(installed.without_run_at("2026-11-21T12:00:00Z") == "2026-11-20T00:00:00Z");
    const auto at = [](const char* time) { return *base::parse_rfc3339(time); };
    REQUIRE(store::write_last_run(installed.host.environment.global_root(),
                                  {at("2026-11-21T06:00:00Z"), 0, 1}));
    CHECK(installed.without_run_at("2026-11-22T17:00:00Z") == "well");
    CHECK(installed.without_run_at("2026-11-22T18:00:00Z") == "2026-11-21T06:00:00Z");
    // Switched on again since.
    set_modified(installed.global / "autorenew", "2026-11-22T12:00:00Z");
    CHECK(installed.without_run_at("2026-11-22T18:00:00Z") == "well");
    // A run whose clock was a year ahead says nothing.
    REQUIRE(store::write_last_run(installed.host.environment.global_root(),
                                  {at("2027-11-22T06:00:00Z"), 0, 0}));
    CHECK(installed.without_run_at("2026-11-24T18:00:00Z") == "2026-11-22T12:00:00Z");
}

TEST_CASE("a lost record of the installation does not hide that nothing runs", "[store][cron]") {
    const InstalledHost installed;
    test::DokkuHost::write(installed.global / "installation", "");
    set_modified(installed.global / "installation", "2026-11-20T00:00:00Z");
    CHECK(installed.without_run_at("2026-11-22T00:00:00Z") == "2026-11-20T00:00:00Z");
    std::filesystem::remove(installed.global / "installation");
    CHECK(installed.without_run_at("2026-11-22T00:00:00Z") == "2026-11-20T00:00:00Z");
}

TEST_CASE("a clock that was set back makes no false alarm, and no silence", "[store][cron]") {
    const InstalledHost installed;
    const auto at = [](const char* time) { return *base::parse_rfc3339(time); };
    REQUIRE(store::write_last_run(installed.host.environment.global_root(),
                                  {at("2026-12-10T14:00:00Z"), 0, 0}));
    CHECK(installed.without_run_at("2026-12-10T12:00:00Z") == "well");
    CHECK(installed.without_run_at("2026-12-12T03:00:00Z") == "2026-12-10T14:00:00Z");
    // All that is known is of later days.
    CHECK(installed.without_run_at("2026-10-01T00:00:00Z") == "1970-01-01T00:00:00Z");
    CHECK(host::describe_missing_run({}).ends_with("is this host's clock right?"));
}

TEST_CASE("nobody misses a run that is switched off", "[store][cron]") {
    const InstalledHost installed;
    SECTION("the scheduled run") {
        std::filesystem::remove(installed.global / "autorenew");
    }
    SECTION("the plugin") {
        test::DokkuHost::write(installed.global / "installation", "uninstalled\n");
        set_modified(installed.global / "installation", "2026-11-20T00:00:00Z");
    }
    CHECK(installed.without_run_at("2026-12-20T00:00:00Z") == "well");
}

TEST_CASE("the next run is the next of the two minutes of a day", "[store][cron]") {
    const test::DokkuHost host;
    const auto global = host.environment.global_root();
    const Zone utc{"UTC"};
    CHECK(next_after(host, "2026-11-22T00:00:00Z") == "never");
    test::DokkuHost::write(global / "autorenew", "");
    CHECK(next_after(host, "2026-11-22T00:00:00Z") == "never");  // no crontab yet
    test::DokkuHost::write(global / "cron-minute", "17 5\n");
    CHECK(next_after(host, "2026-11-22T05:16:59Z") == "2026-11-22T05:17:00Z");
    CHECK(next_after(host, "2026-11-22T05:17:00Z") == "2026-11-22T17:17:00Z");
    CHECK(next_after(host, "2026-11-22T17:17:00Z") == "2026-11-23T05:17:00Z");
    std::filesystem::remove(global / "autorenew");
    CHECK(next_after(host, "2026-11-22T05:16:59Z") == "never");
}

TEST_CASE("the next run is by the host's own clock, as cron is", "[store][cron]") {
    const test::DokkuHost host;
    test::DokkuHost::write(host.environment.global_root() / "autorenew", "");
    test::DokkuHost::write(host.environment.global_root() / "cron-minute", "17 5\n");
    const Zone east{"EAST-9"};  // nine hours before UTC
    CHECK(next_after(host, "2026-11-22T20:00:00Z") == "2026-11-22T20:17:00Z");
}
