#include "host/teardown.h"

#include <filesystem>
#include <grp.h>
#include <pwd.h>
#include <string>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/file.h"
#include "host/installation.h"
#include "host/setup.h"
#include "nginx/challenge_route.h"
#include "support/dokku_host.h"
#include "support/fake_programs.h"

using Catch::Matchers::ContainsSubstring;

namespace {

constexpr base::UtcTime kNow = base::from_unix(1'764'172'800);

/// `sudo` and `plugn` that write down what they were asked for.
class FakeHost {
  public:
    FakeHost() : programs_(R"(echo "plugn $*" >>"$RECORD")") {
        test::DokkuHost::write(programs_ / "sudo",
                               "#!/bin/sh\n"
                               R"(echo "sudo $*" >>"$RECORD")"
                               "\n");
        std::filesystem::permissions(programs_ / "sudo", std::filesystem::perms::owner_all);
        ::setenv("RECORD", (programs_ / "record").c_str(), 1);
    }
    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;
    FakeHost(FakeHost&&) = delete;
    FakeHost& operator=(FakeHost&&) = delete;
    ~FakeHost() { ::unsetenv("RECORD"); }

    std::string asked() const { return base::read_file(programs_ / "record").value_or(""); }

  private:
    test::FakePrograms programs_;
};

/// A test that became another user would stay that one.
void as_nobody_else(test::DokkuHost& host) {
    host.environment.system_user = ::getpwuid(::geteuid())->pw_name;
    host.environment.system_group = ::getgrgid(::getegid())->gr_name;
}

}  // namespace

TEST_CASE("our routes go, files of others stay", "[host][uninstall]") {
    test::DokkuHost host;
    const FakeHost programs;
    const auto shop = host.add_app("shop");
    const auto blog = host.add_app("blog");
    const auto ours = nginx::route_files(host.environment, shop);
    const auto others = nginx::route_files(host.environment, blog);
    test::DokkuHost::write(ours.snippet, nginx::render_route_snippet("shop", "thumb"));
    test::DokkuHost::write(ours.block, "server {}\n");
    test::DokkuHost::write(others.snippet, "# mine\n");
    test::DokkuHost::write(
        host::own_include(host.environment),
        "# Server blocks of Dokku's letsencrypt plugin: answers to ACME challenges.\ninclude x;\n");

    as_nobody_else(host);
    REQUIRE(host::tear_down_as_root(host.environment, host.log()));
    host::tear_down_host(host.environment, host.log(), kNow);
    CHECK_FALSE(base::file_exists(ours.snippet));
    CHECK_FALSE(base::file_exists(ours.block));
    CHECK_FALSE(base::file_exists(host::own_include(host.environment)));
    CHECK(base::file_exists(others.snippet));
    CHECK_THAT(programs.asked(), ContainsSubstring(" -t\n"));
    CHECK_THAT(programs.asked(), ContainsSubstring("reload"));
    CHECK_THAT(host.logged.out, ContainsSubstring("rm -r " + (host.environment.lib_root).string() +
                                                  "/data/letsencrypt"));
}

TEST_CASE("nginx is left alone if no route was active", "[host][uninstall]") {
    test::DokkuHost host;
    const FakeHost programs;
    host::tear_down_host(host.environment, host.log(), kNow);
    CHECK(programs.asked().empty());
    CHECK(host.logged.err.empty());
}

TEST_CASE("the crontab is written anew and the choice of a scheduled run stays",
          "[host][uninstall]") {
    test::DokkuHost host;
    const FakeHost programs;
    const auto marker = host.environment.global_root() / "autorenew";
    test::DokkuHost::write(marker, "");
    host::tear_down_host(host.environment, host.log(), kNow);
    CHECK(programs.asked() == "plugn trigger scheduler-cron-write\n");
    CHECK(base::file_exists(marker));
    CHECK(host::read_installation(host.environment) == host::Installation::uninstalled);
    // Once more, later: no run has been here since the first time.
    const auto since = host.environment.global_root() / "absent-since";
    CHECK(base::read_file(since).value() == base::to_rfc3339(kNow) + "\n");
    host::tear_down_host(host.environment, host.log(), kNow + std::chrono::hours{1});
    CHECK(base::read_file(since).value() == base::to_rfc3339(kNow) + "\n");
    CHECK_THAT(host.logged.out, ContainsSubstring("dokku letsencrypt:cron-job --add"));
}

TEST_CASE("a host that was never set up gets no folder", "[host][uninstall]") {
    test::DokkuHost host;
    const FakeHost programs;
    std::filesystem::remove_all(host.environment.data_root());
    host::tear_down_host(host.environment, host.log(), kNow);
    CHECK_FALSE(std::filesystem::exists(host.environment.data_root()));
}

TEST_CASE("an include of that name that is somebody else's stays", "[host][uninstall]") {
    test::DokkuHost host;
    const FakeHost programs;
    test::DokkuHost::write(host::own_include(host.environment), "server {}\n");
    as_nobody_else(host);
    REQUIRE(host::tear_down_as_root(host.environment, host.log()));
    CHECK(base::file_exists(host::own_include(host.environment)));
}
