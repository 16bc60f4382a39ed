#include "programs/host_programs.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "async/all.h"
#include "support/dokku_host.h"
#include "support/fake_clock.h"
#include "support/fake_nginx.h"
#include "support/simulated_loop.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using Words = std::vector<std::string>;

namespace {

/// A host, and a loop on which programs are run.
struct Running {
    test::DokkuHost host;
    dokku::AppName app = host.add_app("shop");
    test::FakeClock clock;
    test::SimulatedLoop loop{clock};
    programs::HostPrograms programs{host.environment};

    auto test() { return loop.run(programs.test_nginx()); }
    auto reload() { return loop.run(programs.reload_nginx(dokku::Scope::global())); }
    auto require(const std::string& trigger) {
        return loop.run(programs.require_trigger(app, trigger));
    }
    auto ask(const std::string& trigger) { return loop.run(programs.ask_trigger(app, trigger)); }
    auto ports() { return loop.run(programs.read_ports(app)); }
    auto proxy() { return loop.run(programs.require_nginx_proxy(app)); }
};

async::Task<std::vector<base::Result<void>>> require_both(programs::HostPrograms& programs,
                                                          dokku::AppName one,
                                                          dokku::AppName other) {
    std::vector<async::Task<base::Result<void>>> tasks;
    tasks.push_back(programs.require_trigger(one, "x"));
    tasks.push_back(programs.require_trigger(other, "x"));
    auto done = co_await async::all(std::move(tasks));
    co_return done;
}

}  // namespace

TEST_CASE("a flow tests nginx by the path that sudo allows", "[programs][dokku-7.3]") {
    Running running;
    SECTION("no complaint") {
        const test::FakeSudo sudo{"exit 0"};
        const auto complaint = running.test();
        REQUIRE(complaint);
        CHECK_FALSE(complaint->has_value());
        CHECK(sudo.asked() == sudo.nginx().string() + " -t\n");
    }
    SECTION("a complaint is an answer") {
        const test::FakeSudo sudo{
            "echo 'nginx: [emerg] no \"x\" in /etc/nginx/a.conf:1' >&2; exit 1"};
        const auto complaint = running.test();
        REQUIRE(complaint);
        REQUIRE(complaint->has_value());
        CHECK((*complaint)->place() == "/etc/nginx/a.conf:1");
    }
    SECTION("sudo refuses") {
        const test::FakeSudo sudo{"echo 'sudo: a password is required' >&2; exit 1"};
        const auto complaint = running.test();
        REQUIRE_FALSE(complaint);
        CHECK(complaint.error().kind == base::ErrorKind::io);
        CHECK(complaint.error().message ==
              "sudo " + sudo.nginx().string() + " -t: exit code 1: sudo: a password is required");
    }
}

TEST_CASE("a reload by a flow fails as any other", "[programs][dokku-7.3]") {
    Running running;
    const test::RunningNginx nginx{running.host};
    running.host.set_property("--global", "nginx-service-command", "false", "nginx");
    SECTION("nginx was asked and did not do it") {
        const auto reloaded = running.reload();
        REQUIRE_FALSE(reloaded);
        CHECK(reloaded.error().kind == base::ErrorKind::rejected);
        CHECK(reloaded.error().message == "false reload: exit code 1");
    }
    SECTION("nginx does not run") {
        nginx.stop();
        const auto reloaded = running.reload();
        REQUIRE_FALSE(reloaded);
        CHECK(reloaded.error().kind == base::ErrorKind::io);
        CHECK(reloaded.error().message == "nginx does not run");
    }
    SECTION("Dokku reloads nothing here") {
        running.host.set_property("--global", "nginx-service-command", "", "nginx");
        running.host.environment.distro = "fedora";
        const auto reloaded = running.reload();
        REQUIRE_FALSE(reloaded);
        CHECK_THAT(reloaded.error().steps.at(0), StartsWith("Set one: dokku nginx:set"));
    }
    SECTION("it is done") {
        running.host.set_property("--global", "nginx-service-command", "true", "nginx");
        CHECK(running.reload());
    }
}

TEST_CASE("a trigger of a flow is marked, and tells its lines or why it failed",
          "[programs][dokku-2.1]") {
    Running running;
    {
        const test::FakePrograms fakes{R"(echo "$@"; echo "$DOKKU_LETSENCRYPT_RUN")"};
        const auto lines = running.ask("proxy-type");
        REQUIRE(lines);
        REQUIRE(lines->size() == 2);
        CHECK(lines->at(0) == "trigger proxy-type shop");
        CHECK_THAT(lines->at(1), StartsWith("shop:"));
    }
    {
        const test::FakePrograms fakes{"exit 0"};
        CHECK(running.require("x"));
    }
    const test::FakePrograms fakes{"exit 37"};
    const auto required = running.require("post-certs-update");
    REQUIRE_FALSE(required);
    CHECK(required.error().kind == base::ErrorKind::io);
    CHECK(required.error().message ==
          "The trigger post-certs-update for shop ended with exit code 37");
    CHECK_FALSE(running.ask("post-certs-update"));
}

TEST_CASE("triggers of two apps run side by side", "[programs][design-4.1]") {
    Running running;
    const auto blog = running.host.add_app("blog");
    // Each waits for the other.
    const test::FakePrograms fakes{
        "cd \"${0%/*}\"; touch \"of-$3\"\n"
        "for i in 1 2 3 4 5 6 7 8 9; do test -e of-shop -a -e of-blog && exit 0; sleep 0.2; done\n"
        "exit 1"};
    const auto done = running.loop.run(require_both(running.programs, running.app, blog));
    CHECK(done.at(0));
    CHECK(done.at(1));
}

namespace {

async::Task<void> require_for_all(programs::HostPrograms& programs,
                                  std::vector<dokku::AppName> apps) {
    std::vector<async::Task<base::Result<void>>> tasks;
    tasks.reserve(apps.size());
    for (const dokku::AppName& app : apps)
        tasks.push_back(programs.require_trigger(app, "x"));
    static_cast<void>(co_await async::all(std::move(tasks)));
}

}  // namespace

TEST_CASE("of many programs eight run at a time", "[programs]") {
    Running running;
    std::vector<dokku::AppName> apps;
    apps.reserve(24);
    for (int i = 0; i < 24; ++i)
        apps.push_back(running.host.add_app("app" + std::to_string(i)));
    const test::FakePrograms fakes{
        "cd \"${0%/*}\"; touch \"now-$3\"; ls now-* | wc -l >>most\n"
        "sleep 0.1; rm \"now-$3\""};
    running.loop.run(require_for_all(running.programs, apps));
    std::ifstream most{fakes / "most"};
    int at_once = 0;
    int lines = 0;
    for (int count = 0; most >> count; ++lines)
        at_once = std::max(at_once, count);
    CHECK(lines == 24);
    CHECK(at_once <= 8);
    CHECK(at_once > 1);
}

TEST_CASE("ports and proxy of an app are asked of Dokku where files do not tell",
          "[programs][dokku-4.4]") {
    Running running;
    {
        const test::FakePrograms fakes{"exit 1"};
        REQUIRE(running.ports());
        CHECK(running.ports()->size() == 1);
        CHECK_FALSE(running.proxy());
        running.host.set_property("shop", "disabled", "true", "proxy");
        const auto off = running.proxy();
        REQUIRE_FALSE(off);
        CHECK(off.error().message == "The proxy of shop is disabled");
        running.host.set_property("shop", "disabled", "", "proxy");
    }
    test::DokkuHost::write(running.host.environment.plugins_enabled / "own" / "certs-force", "");
    {
        const test::FakePrograms fakes{"echo true"};
        REQUIRE(running.ports());
        CHECK(running.ports()->size() == 2);
        const auto other = running.proxy();
        REQUIRE_FALSE(other);
        CHECK_THAT(other.error().message, ContainsSubstring("shop is served by true"));
    }
    const test::FakePrograms fakes{"exit 0"};
    CHECK(running.ports()->size() == 1);
    CHECK(running.proxy());
}
