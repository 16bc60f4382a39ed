#include "subcommands/cron_job.h"

#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "host/cron.h"
#include "support/dokku_host.h"
#include "support/fake_programs.h"
#include "support/files.h"

namespace fs = std::filesystem;

TEST_CASE("the scheduled run is switched on and off for good", "[subcommands][cron][dokku-11.5]") {
    test::DokkuHost host;
    const auto global = host.environment.global_root();
    const test::FakePrograms programs{R"(echo "$*" >>"${0%/*}/calls"; echo noise)"};
    REQUIRE(subcommands::cron_job(host.environment, host.log(), ""));
    REQUIRE(subcommands::cron_job(host.environment, host.log(), "--add"));
    REQUIRE(subcommands::cron_job(host.environment, host.log(), "--add"));
    CHECK(host::is_autorenew_enabled(host.environment));
    REQUIRE(subcommands::cron_job(host.environment, host.log(), ""));
    REQUIRE(subcommands::cron_job(host.environment, host.log(), "--remove"));
    REQUIRE(subcommands::cron_job(host.environment, host.log(), "--remove"));
    CHECK_FALSE(host::is_autorenew_enabled(host.environment));
    CHECK(fs::exists(global / "autorenew.off"));
    CHECK(host.logged.out ==
          "=====> Auto-renew cron job is not enabled\n"
          "       Run 'dokku letsencrypt:cron-job --add' to enable.\n"
          "-----> Added cron job to dokku's crontab.\n"
          "-----> Added cron job to dokku's crontab.\n"
          "=====> Auto-renew cron job is enabled\n"
          "       Run 'dokku letsencrypt:cron-job --remove' to disable.\n"
          "-----> Removed cron job from dokku's crontab.\n"
          "       The retry job is off as well: names that wait, and what failed, are not tried "
          "again.\n"
          "-----> Removed cron job from dokku's crontab.\n"
          "       The retry job is off as well: names that wait, and what failed, are not tried "
          "again.\n");
    CHECK(host.logged.err.empty());
    // The whole crontab is Dokku's to write (docs/dokku.md 9.2).
    CHECK(test::content_of(programs / "calls") ==
          "trigger scheduler-cron-write\ntrigger scheduler-cron-write\n"
          "trigger scheduler-cron-write\ntrigger scheduler-cron-write\n");
    REQUIRE(subcommands::cron_job(host.environment, host.log(), "--add"));
    CHECK_FALSE(fs::exists(global / "autorenew.off"));
}

TEST_CASE("a crontab that cannot be written is an error", "[subcommands][cron]") {
    test::DokkuHost host;
    const test::FakePrograms programs{"exit 4"};
    CHECK_FALSE(subcommands::cron_job(host.environment, host.log(), "--add"));
    CHECK(host.logged.out.empty());
}

TEST_CASE("another flag of cron-job is refused with the official words", "[subcommands][cron]") {
    test::DokkuHost host;
    const auto done = subcommands::cron_job(host.environment, host.log(), "--list");
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == base::ErrorKind::invalid_input);
    CHECK(done.error().message ==
          "Invalid flag '--list', specify --add, --remove, or no flag to display status.");
    CHECK(host.logged.out.empty());
}
