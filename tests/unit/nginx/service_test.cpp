#include "nginx/service.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/dokku_host.h"
#include "support/fake_nginx.h"

using Catch::Matchers::ContainsSubstring;

namespace {

using Words = std::vector<std::string>;

nginx::ReloadFacts facts(std::string distro, std::string systemctl = "/usr/bin/systemctl") {
    nginx::ReloadFacts facts;
    facts.distro = std::move(distro);
    facts.systemctl = std::move(systemctl);
    return facts;
}

}  // namespace

TEST_CASE("a complaint of nginx -t tells words, file and line", "[nginx][nginx][dokku-7.3]") {
    struct Sample {
        std::string output;
        std::string message;
        std::string place;
    };
    const auto sample = GENERATE(
        Sample{"nginx: [emerg] duplicate location \"/.well-known/acme-challenge/\" in "
               "/home/dokku/shop/nginx.conf.d/letsencrypt.conf:2\n"
               "nginx: configuration file /etc/nginx/nginx.conf test failed\n",
               "duplicate location \"/.well-known/acme-challenge/\"",
               "/home/dokku/shop/nginx.conf.d/letsencrypt.conf:2"},
        Sample{"nginx: [warn] conflicting server name \"a.test\" on 0.0.0.0:80, ignored\n"
               "nginx: [emerg] unknown directive \"nonsense\" in /home/dokku/shop/nginx.conf:14\n",
               "unknown directive \"nonsense\"", "/home/dokku/shop/nginx.conf:14"},
        Sample{"nginx: [emerg] unexpected end of file, expecting \";\" or \"}\" in "
               "/etc/nginx/nginx.conf:5\n",
               "unexpected end of file, expecting \";\" or \"}\"", "/etc/nginx/nginx.conf:5"},
        Sample{"nginx: [emerg] host not found in upstream \"db.invalid:80\" in "
               "/home/dokku/shop/nginx.conf:40\n",
               "host not found in upstream \"db.invalid:80\"", "/home/dokku/shop/nginx.conf:40"},
        Sample{"nginx: [emerg] a duplicate listen 0.0.0.0:80 in /etc/nginx/conf.d/x.conf:4\n",
               "a duplicate listen 0.0.0.0:80", "/etc/nginx/conf.d/x.conf:4"},
        Sample{"nginx: [emerg] bind() to 192.0.2.77:80 failed (99: Cannot assign requested "
               "address)\n",
               "bind() to 192.0.2.77:80 failed (99: Cannot assign requested address)", ""});
    CAPTURE(sample.output);
    const auto complaint = nginx::parse_complaint(sample.output);
    REQUIRE(complaint);
    CHECK(complaint->message == sample.message);
    CHECK(complaint->place() == sample.place);
}

TEST_CASE("a file that nginx cannot load is the place of its complaint",
          "[nginx][nginx][dokku-7.3]") {
    const auto complaint = nginx::parse_complaint(
        "nginx: [emerg] cannot load certificate \"/home/dokku/shop/tls/server.crt\": "
        "BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:"
        "calling fopen(/home/dokku/shop/tls/server.crt, r) error:10000080:BIO routines::no such "
        "file)\nnginx: configuration file /etc/nginx/nginx.conf test failed\n");
    REQUIRE(complaint);
    CHECK_THAT(complaint->message,
               ContainsSubstring("cannot load certificate \"/home/dokku/shop/tls/server.crt\": "
                                 "BIO_new_file() failed"));
    CHECK(complaint->file == "/home/dokku/shop/tls/server.crt");
    CHECK(complaint->place() == "/home/dokku/shop/tls/server.crt");
    CHECK(nginx::app_of_file("/home/dokku", complaint->file) == "shop");
}

TEST_CASE("a complaint in an error log is read without date and process", "[nginx][nginx]") {
    const auto complaint = nginx::parse_complaint(
        "2026/11/22 00:02:25 [notice] 25322#25322: signal process started\n"
        "2026/11/22 00:02:25 [emerg] 25344#25344: bind() to 0.0.0.0:80 failed (98: Address already "
        "in use)\n"
        "2026/11/22 00:02:26 [emerg] 25344#25344: still could not bind()\n");
    REQUIRE(complaint);
    CHECK(complaint->message == "bind() to 0.0.0.0:80 failed (98: Address already in use)");
    CHECK(complaint->file.empty());
    CHECK(complaint->place().empty());

    const auto placed = nginx::parse_complaint(
        "2026/11/22 00:02:25 [emerg] 25324#25324: unknown directive \"x\" in /etc/nginx/a.conf:4");
    REQUIRE(placed);
    CHECK(placed->message == "unknown directive \"x\"");
    CHECK(placed->place() == "/etc/nginx/a.conf:4");
}

TEST_CASE("an answer without [emerg] is no complaint", "[nginx][nginx]") {
    CHECK_FALSE(nginx::parse_complaint(
        "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n"
        "nginx: configuration file /etc/nginx/nginx.conf test is successful\n"));
    CHECK_FALSE(nginx::parse_complaint("sudo: a password is required\n"));
    CHECK_FALSE(nginx::parse_complaint(""));
}

TEST_CASE("a complaint cannot speak to the terminal", "[nginx][nginx]") {
    const auto complaint =
        nginx::parse_complaint("nginx: [emerg] unknown directive \"\x1b[2Jx\" in /etc/a.conf:1\n");
    REQUIRE(complaint);
    CHECK(complaint->message == "unknown directive \"?[2Jx\"");
}

TEST_CASE("a file in ROOT belongs to the app of its folder", "[nginx][nginx]") {
    const base::Path root = "/home/dokku";
    CHECK(nginx::app_of_file(root, "/home/dokku/shop/nginx.conf") == "shop");
    CHECK(nginx::app_of_file(root, "/home/dokku/shop/nginx.conf.d/x.conf") == "shop");
    CHECK(nginx::app_of_file(root, "/home/dokku/VHOST").empty());
    CHECK(nginx::app_of_file(root, "/home/dokku2/shop/nginx.conf").empty());
    CHECK(nginx::app_of_file(root, "/etc/nginx/nginx.conf").empty());
    CHECK(nginx::app_of_file(root, "").empty());
}

TEST_CASE("Debian and Raspbian reload by systemctl, else by invoke-rc.d", "[nginx][dokku-7.3]") {
    const std::string distro = GENERATE("debian", "raspbian");
    CHECK(nginx::reload_command(facts(distro)) ==
          Words{"sudo", "/usr/bin/systemctl", "reload", "nginx"});
    CHECK(nginx::reload_command(facts(distro, "/bin/systemctl")) ==
          Words{"sudo", "/bin/systemctl", "reload", "nginx"});
    auto without = facts(distro, "");
    without.has_sv = true;
    CHECK(nginx::reload_command(without) ==
          Words{"sudo", "/usr/sbin/invoke-rc.d", "nginx", "reload"});
}

TEST_CASE("Ubuntu has four ways to reload, in this order", "[nginx][dokku-7.3]") {
    auto ubuntu = facts("ubuntu");
    ubuntu.has_sv = true;
    ubuntu.init_system = "sv";
    CHECK(nginx::reload_command(ubuntu) == Words{"sudo", "/usr/bin/sv", "reload", "nginx"});
    ubuntu.init_system = "systemd";
    CHECK(nginx::reload_command(ubuntu) == Words{"sudo", "/usr/bin/systemctl", "reload", "nginx"});
    ubuntu.systemctl.clear();
    CHECK(nginx::reload_command(ubuntu) == Words{"sudo", "/usr/bin/sv", "reload", "nginx"});
    ubuntu.has_sv = false;
    CHECK(nginx::reload_command(ubuntu) == Words{"sudo", "/etc/init.d/nginx", "reload"});
}

TEST_CASE("Arch reloads by systemctl, other distributions not at all", "[nginx][dokku-7.3]") {
    CHECK(nginx::reload_command(facts("arch")) ==
          Words{"sudo", "/usr/bin/systemctl", "reload", "nginx"});
    CHECK(nginx::reload_command(facts("fedora")).empty());
    CHECK(nginx::reload_command(facts("")).empty());
}

TEST_CASE("with openresty installed the service is called so", "[nginx][dokku-7.3]") {
    auto debian = facts("debian");
    debian.openresty = true;
    CHECK(nginx::reload_command(debian) ==
          Words{"sudo", "/usr/bin/systemctl", "reload", "openresty"});
}

TEST_CASE("a service command of the operator's is run without sudo", "[nginx][dokku-7.3]") {
    const std::string distro = GENERATE("debian", "ubuntu", "fedora");
    auto set = facts(distro);
    set.service_command = " /usr/local/bin/nginx-service  --now ";
    CHECK(nginx::reload_command(set) == Words{"/usr/local/bin/nginx-service", "--now", "reload"});
}

TEST_CASE("nginx is tested by the path that sudo allows", "[nginx][dokku-7.3]") {
    const test::FakeSudo sudo{"exit 0"};
    const auto complaint = nginx::NginxService::test();
    REQUIRE(complaint);
    CHECK_FALSE(complaint->has_value());
    CHECK(sudo.asked() == sudo.nginx().string() + " -t\n");
}

TEST_CASE("what nginx complains about is an answer", "[nginx][dokku-7.3]") {
    const test::FakeSudo sudo{"echo 'nginx: [emerg] no \"x\" in /etc/nginx/a.conf:1' >&2; exit 1"};
    const auto complaint = nginx::NginxService::test();
    REQUIRE(complaint);
    REQUIRE(complaint->has_value());
    CHECK((*complaint)->place() == "/etc/nginx/a.conf:1");
}

TEST_CASE("a test that sudo refuses is a failure with its words", "[nginx][dokku-7.3]") {
    const test::FakeSudo sudo{"echo 'sudo: a password is required' >&2; exit 1"};
    const auto complaint = nginx::NginxService::test();
    REQUIRE_FALSE(complaint);
    CHECK(complaint.error().kind == base::ErrorKind::io);
    CHECK(complaint.error().message ==
          "sudo " + sudo.nginx().string() + " -t: exit code 1: sudo: a password is required");
    CHECK_THAT(complaint.error().steps.at(0), ContainsSubstring("sudoers.d/dokku-nginx"));
}

TEST_CASE("nginx is reloaded by the app's service command, else by the host's",
          "[nginx][dokku-7.3]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    const test::TempDir folder;
    const std::string record = (folder / "record").string();
    test::make_executable(folder / "service", "#!/bin/sh\necho \"$@\" >" + record + "\n");
    const std::string command = (folder / "service").string();
    host.set_property("--global", "nginx-service-command", command + " host", "nginx");
    const nginx::NginxService nginx{host.environment};
    const auto recorded = [&] {
        std::ifstream file{record};
        return std::string{std::istreambuf_iterator<char>{file}, {}};
    };

    REQUIRE(nginx.reload(app));
    CHECK(recorded() == "host reload\n");
    host.set_property("shop", "nginx-service-command", command + " app", "nginx");
    REQUIRE(nginx.reload(app));
    CHECK(recorded() == "app reload\n");
}

TEST_CASE("a reload that fails tells command, exit code and words", "[nginx][dokku-7.3]") {
    const test::DokkuHost host;
    const test::RunningNginx running{host};
    host.set_property("--global", "nginx-service-command", "false", "nginx");
    const nginx::NginxService nginx{host.environment};
    const auto reloaded = nginx.reload(dokku::Scope::global());
    REQUIRE_FALSE(reloaded);
    CHECK(reloaded.error().kind == base::ErrorKind::rejected);
    CHECK(reloaded.error().message == "false reload: exit code 1");
    CHECK(reloaded.error().steps.empty());
}

TEST_CASE("a reload of an nginx that does not run tells how to start it", "[nginx]") {
    const test::DokkuHost host;
    const test::RunningNginx running{host};
    running.stop();
    host.set_property("--global", "nginx-service-command", "false", "nginx");
    const auto reloaded = nginx::NginxService{host.environment}.reload(dokku::Scope::global());
    REQUIRE_FALSE(reloaded);
    CHECK(reloaded.error().kind == base::ErrorKind::io);
    CHECK(reloaded.error().message == "nginx does not run");
    CHECK(reloaded.error().steps == Words{"Start it with: dokku nginx:start"});
}

TEST_CASE("a reload that sudo refuses is no word of nginx's", "[nginx]") {
    const test::FakeSudo sudo{"echo 'sudo: a password is required' >&2; exit 1"};
    const test::DokkuHost host;
    const test::RunningNginx running{host};
    host.set_property("--global", "nginx-service-command", "sudo nginx-service", "nginx");
    const auto reloaded = nginx::NginxService{host.environment}.reload(dokku::Scope::global());
    REQUIRE_FALSE(reloaded);
    CHECK(reloaded.error().kind == base::ErrorKind::io);
    CHECK_THAT(reloaded.error().steps.at(0), ContainsSubstring("sudoers.d/dokku-nginx"));
}

TEST_CASE("where Dokku reloads nothing, we say how to make it", "[nginx][dokku-7.3]") {
    test::DokkuHost host;
    host.environment.distro = "fedora";
    const nginx::NginxService nginx{host.environment};
    const auto reloaded = nginx.reload(dokku::Scope::global());
    REQUIRE_FALSE(reloaded);
    CHECK(reloaded.error().steps ==
          Words{"Set one: dokku nginx:set --global nginx-service-command <command>"});
}
