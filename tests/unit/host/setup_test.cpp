#include "host/setup.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"
#include "support/fake_programs.h"
#include "support/files.h"

namespace {

/// A host whose system user is who runs the test; programs write down how they were called.
struct Host {
    Host() {
        host.environment.system_user = ::getpwuid(::geteuid())->pw_name;
        host.environment.system_group = ::getgrgid(::getegid())->gr_name;
        test::DokkuHost::write(host.environment.plugin_directory / "subcommands" / "auto-renew",
                               "");
        test::DokkuHost::write(programs / "crontab",
                               "#!/bin/sh\ncat \"${0%/*}/table\" 2>/dev/null");
        std::filesystem::permissions(programs / "crontab", std::filesystem::perms::owner_all);
    }

    void set_up() {
        REQUIRE(host::prepare_as_root(host.environment, host.log()));
        REQUIRE(host::set_up_host(host.environment, host.log()));
    }
    /// How often the crontab was to be written, since the last time.
    std::string calls() const {
        const auto file = programs / "calls";
        if (!std::filesystem::exists(file)) return {};
        std::string text = test::content_of(file);
        std::filesystem::remove(file);
        return text;
    }
    void write_crontab(const std::string& text) const {
        test::DokkuHost::write(programs / "table", text);
    }

    test::DokkuHost host;
    test::FakePrograms programs{R"(echo "$*" >>"${0%/*}/calls")"};
};

constexpr const char* kWritten = "trigger scheduler-cron-write\n";
constexpr const char* kOurs =
    "1 2,14 * * * dokku letsencrypt:auto-renew --scheduled --timestamps &>> /dev/null\n";

}  // namespace

TEST_CASE("a crontab without our lines is written anew", "[host][cron][dokku-9.2]") {
    Host host;
    host.set_up();
    CHECK(host.calls() == kWritten);
    host.write_crontab(kOurs);
    host.set_up();
    CHECK(host.calls().empty());
    host.write_crontab("");
    host.set_up();
    CHECK(host.calls() == kWritten);
    // Switched off by an operator, it stays so.
    const auto global = host.host.environment.global_root();
    std::filesystem::rename(global / "autorenew", global / "autorenew.off");
    host.set_up();
    CHECK(host.calls().empty());
    CHECK(host.host.logged.err.empty());
}

TEST_CASE("the files of all certificates get their modes", "[host][design-5.7]") {
    Host host;
    const auto file =
        host.host.environment.certs_root(host.host.add_app("shop")) / "12" / "docker.env";
    test::DokkuHost::write(file, "TOKEN=secret\n");
    REQUIRE(::chmod(file.c_str(), 0755) == 0);
    host.set_up();
    CHECK(test::mode_of(file) == 0600);
}
