#include "host/crontab.h"

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"
#include "support/fake_programs.h"
#include "support/files.h"
#include "support/search_path.h"

namespace {

/// A host whose scheduled run is on, with a `crontab` that is the given shell script.
struct Host {
    explicit Host(const std::string& script) : programs{"exit 99"} {
        test::DokkuHost::write(host.environment.global_root() / "autorenew", "");
        test::DokkuHost::write(host.environment.global_root() / "cron-minute", "17 5\n");
        test::DokkuHost::write(host.environment.plugin_directory / "subcommands" / "auto-renew",
                               "");
        test::DokkuHost::write(every_minute(), "");
        if (script.empty()) return;
        test::DokkuHost::write(programs / "crontab", "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(programs / "crontab", std::filesystem::perms::owner_all);
    }

    base::Path every_minute() const { return host.environment.plugin_directory / "cron"; }
    bool lacks() const { return host::crontab_lacks_entries(host.environment); }

    test::DokkuHost host;
    test::FakePrograms programs;
};

constexpr const char* kDaily =
    "17 5,17 * * * dokku letsencrypt:auto-renew --scheduled --timestamps &>> "
    "/var/log/dokku/letsencrypt.log\n";

std::string prints(const std::string& text) {
    return "cat <<'END'\n" + text + "END";
}

}  // namespace

TEST_CASE("a crontab with our lines lacks none", "[host][cron]") {
    const Host host{"cat \"${0%/*}/table\""};
    const std::string minute =
        "* * * * * " + host.every_minute().string() + " --timestamps &>> /var/log/x\n";
    test::DokkuHost::write(host.programs / "table", "SHELL=/bin/bash\n" + (kDaily + minute));
    CHECK_FALSE(host.lacks());
    test::DokkuHost::write(host.programs / "table", kDaily);
    CHECK(host.lacks());
    test::DokkuHost::write(host.programs / "table", minute);
    CHECK(host.lacks());
}

TEST_CASE("a crontab that is gone lacks our lines", "[host][cron]") {
    const Host host{R"(echo "$*" >"${0%/*}/calls"; echo "no crontab for dokku" >&2; exit 1)"};
    CHECK(host.lacks());
    CHECK(test::content_of(host.programs / "calls") == "-l -u dokku\n");
}

TEST_CASE("the line that the official plugin wrote is none of ours", "[host][cron]") {
    const Host host{prints("@daily /var/lib/dokku/plugins/available/letsencrypt/cron-job\n")};
    CHECK(host.lacks());
}

TEST_CASE("nothing is missing where the scheduled run is off", "[host][cron]") {
    const Host host{"exit 1"};
    std::filesystem::remove(host.host.environment.global_root() / "autorenew");
    CHECK_FALSE(host.lacks());
}

TEST_CASE("a host without the program crontab has no crontab to be mended", "[host][cron]") {
    const Host host{""};
    const test::SearchPath path{host.programs / ""};
    CHECK_FALSE(host.lacks());
}
