#include "nginx/challenge_route.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"

namespace {

using Words = std::vector<std::string>;

const nginx::OwnServer kServer{{{"*", 80}, {"[::]", 80}}, {"a.test", "b.test"}};

std::vector<nginx::NginxDirective> parse(const std::string& text) {
    auto parsed = nginx::parse_nginx_config(text, "/x.conf");
    REQUIRE(parsed);
    return std::move(*parsed);
}

const nginx::NginxDirective& only(const std::vector<nginx::NginxDirective>& directives,
                                  std::string_view name, std::string_view argument = {}) {
    const auto fits = [&](const nginx::NginxDirective& directive) {
        return directive.name == name &&
               (argument.empty() ||
                std::find(directive.arguments.begin(), directive.arguments.end(), argument) !=
                    directive.arguments.end());
    };
    REQUIRE(std::count_if(directives.begin(), directives.end(), fits) == 1);
    return *std::find_if(directives.begin(), directives.end(), fits);
}

/// The location as nginx must read it, from either place.
void check_location(const std::vector<nginx::NginxDirective>& directives) {
    const auto& location = only(directives, "location", "^~");
    CHECK(location.arguments == Words{"^~", "/.well-known/acme-challenge/"});
    CHECK(only(location.block, "auth_basic").arguments == Words{"off"});
    CHECK(only(location.block, "allow").arguments == Words{"all"});
    CHECK(only(location.block, "default_type").arguments == Words{"text/plain"});
    CHECK(only(location.block, "return").arguments == Words{"404"});
    const auto& token = only(location.block, "location");
    CHECK(token.arguments == Words{"~", R"(^/\.well-known/acme-challenge/([-_A-Za-z0-9]+)$)"});
    CHECK(only(token.block, "return").arguments == Words{"200", "$1.thumb-print_1"});
}

struct Route {
    Route() : app(host.add_app("shop")), files(nginx::route_files(host.environment, app)) {}

    bool write(const nginx::OwnServer& server = kServer) const {
        const auto changed = nginx::write_route(files, "shop", "thumb-print_1", server);
        REQUIRE(changed);
        return *changed;
    }
    void heal(nginx::RouteUse use) const {
        REQUIRE(nginx::heal_route(files, "shop", vhost(), use));
    }
    base::Path vhost() const { return host.environment.app_root(app) / "nginx.conf"; }
    Words names_in_block() const {
        const auto text = base::read_file(files.block);
        REQUIRE(text);
        return nginx::find_servers(parse(*text)).at(0).names;
    }

    test::DokkuHost host;
    dokku::AppName app;
    nginx::RouteFiles files;
};

mode_t mode_of(const base::Path& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777U;
}

}  // namespace

TEST_CASE("nginx answers every token by itself, in either place", "[nginx][rfc8555-8.3]") {
    check_location(parse(nginx::render_route_snippet("shop", "thumb-print_1")));
    const auto block = parse(nginx::render_route_block("shop", "thumb-print_1", kServer));
    check_location(only(block, "server").block);
}

TEST_CASE("a server block of ours has its pairs, its names and 404 for the rest",
          "[nginx][design-4.5]") {
    const auto directives = parse(nginx::render_route_block("shop", "thumb-print_1", kServer));
    const auto servers = nginx::find_servers(directives);
    REQUIRE(servers.size() == 1);
    CHECK(servers.front().listens == kServer.listens);
    CHECK(servers.front().names == kServer.names);
    CHECK(servers.front().tls_listens.empty());
    const auto& rest = only(only(directives, "server").block, "location", "/");
    CHECK(only(rest.block, "return").arguments == Words{"404"});
}

TEST_CASE("both texts name the app that they were written for", "[nginx][design-4.5]") {
    CHECK(nginx::route_owner(nginx::render_route_snippet("my-app.x", "t")) == "my-app.x");
    CHECK(nginx::route_owner(nginx::render_route_block("shop", "t", kServer)) == "shop");
    CHECK(nginx::route_owner("").empty());
    CHECK(nginx::route_owner("location /.well-known/acme-challenge { allow all; }").empty());
    const std::string text = nginx::render_route_snippet("shop", "t");
    CHECK(nginx::route_owner("\n" + text).empty());
    CHECK(nginx::route_owner(text.substr(0, text.find(';'))).empty());  // cut off
}

TEST_CASE("the names of a vhost count if it serves them on port 80", "[nginx][design-4.5]") {
    const auto servers =
        nginx::find_servers(parse("server { listen 80; server_name a.test B.test; }\n"
                                  "server { listen 443 ssl; server_name a.test c.test; }\n"
                                  "server { listen [::]:80; server_name d.test; }\n"));
    CHECK(nginx::names_on_port_80(servers) == Words{"a.test", "b.test", "d.test"});
}

TEST_CASE("the files lie where nginx includes them", "[nginx][dokku-7.1]") {
    const Route route;
    CHECK(route.files.snippet ==
          route.host.environment.root / "shop" / "nginx.conf.d" / "letsencrypt.conf");
    CHECK(route.files.block ==
          route.host.environment.lib_root / "data/letsencrypt/--global/nginx/shop.conf");
}

TEST_CASE("writing a route tells whether nginx must reload", "[nginx][design-4.5]") {
    const Route route;
    CHECK(route.write());
    CHECK_FALSE(route.write());
    CHECK(route.names_in_block() == kServer.names);
    // Another account rewrites it.
    const auto other = nginx::write_route(route.files, "shop", "other", kServer);
    REQUIRE(other);
    CHECK(*other);
    CHECK(route.write());
    // A block that is not needed any more goes, which is a change.
    CHECK(route.write({kServer.listens, {}}));
    CHECK_FALSE(base::file_exists(route.files.block));
    CHECK_FALSE(route.write({kServer.listens, {}}));
}

TEST_CASE("a route answers for the account that it was written for", "[nginx][design-4.5]") {
    const Route route;
    CHECK_FALSE(nginx::has_route(route.files, "thumb"));
    REQUIRE(nginx::write_route(route.files, "shop", "thumb", kServer));
    CHECK(nginx::has_route(route.files, "thumb"));
    CHECK_FALSE(nginx::has_route(route.files, "other"));
    REQUIRE(nginx::remove_route(route.files));
    CHECK_FALSE(nginx::has_route(route.files, "thumb"));
}

TEST_CASE("nginx can read the files whatever the umask is", "[nginx][design-4.5]") {
    const Route route;
    const mode_t before = ::umask(0077);
    route.write();
    ::umask(before);
    CHECK(mode_of(route.files.snippet) == 0644);
    CHECK(mode_of(route.files.snippet.parent_path()) == 0755);
    CHECK(mode_of(route.files.block) == 0644);
    CHECK(mode_of(route.files.block.parent_path()) == 0755);
}

TEST_CASE("a route that cannot be written is a failure that names the file", "[nginx]") {
    const Route route;
    test::DokkuHost::write(route.files.snippet.parent_path(), "a file in the way");
    const auto written = nginx::write_route(route.files, "shop", "t", kServer);
    REQUIRE_FALSE(written);
    CHECK(written.error().kind == base::ErrorKind::io);
    CHECK(written.error().message.find("nginx.conf.d") != std::string::npos);
}

TEST_CASE("removing a route removes both files and nothing else", "[nginx][design-4.5]") {
    const Route route;
    route.write();
    const base::Path other = route.files.snippet.parent_path() / "hsts.conf";
    test::DokkuHost::write(other, "x");
    const auto removed = nginx::remove_route(route.files);
    REQUIRE(removed);
    CHECK(*removed);
    CHECK_FALSE(base::file_exists(route.files.snippet));
    CHECK_FALSE(base::file_exists(route.files.block));
    CHECK(base::file_exists(other));
    const auto again = nginx::remove_route(route.files);
    REQUIRE(again);
    CHECK_FALSE(*again);
}

TEST_CASE("a route left over goes before nginx reloads", "[nginx][design-8.2]") {
    const Route route;
    route.write();
    route.heal(nginx::RouteUse::idle);
    CHECK_FALSE(base::file_exists(route.files.snippet));
    CHECK_FALSE(base::file_exists(route.files.block));
    route.heal(nginx::RouteUse::idle);  // nothing there is fine
}

TEST_CASE("a route in use stays, byte for byte", "[nginx][design-8.2]") {
    const Route route;
    route.write();
    const auto snippet = base::stamp_file(route.files.snippet);
    const auto block = base::stamp_file(route.files.block);
    route.heal(nginx::RouteUse::needed);
    CHECK(*base::stamp_file(route.files.snippet) == *snippet);
    CHECK(*base::stamp_file(route.files.block) == *block);
}

TEST_CASE("a snippet copied from another app goes even while ours is in use",
          "[nginx][design-8.2]") {
    const Route route;
    test::DokkuHost::write(route.files.snippet, nginx::render_route_snippet("original", "t"));
    route.heal(nginx::RouteUse::needed);
    CHECK_FALSE(base::file_exists(route.files.snippet));
    // So does the official plugin's.
    test::DokkuHost::write(route.files.snippet, "location /.well-known/acme-challenge {}");
    route.heal(nginx::RouteUse::needed);
    CHECK_FALSE(base::file_exists(route.files.snippet));
}

TEST_CASE("our block gives up the names that the rebuilt vhost serves", "[nginx][design-8.2]") {
    const Route route;
    route.write();
    // On port 443 alone it does not serve the challenge.
    test::DokkuHost::write(route.vhost(), "server { listen 443 ssl; server_name a.test b.test; }");
    route.heal(nginx::RouteUse::needed);
    CHECK(route.names_in_block() == Words{"a.test", "b.test"});

    test::DokkuHost::write(route.vhost(), "server { listen 80; server_name a.test x.test; }");
    route.heal(nginx::RouteUse::needed);
    CHECK(route.names_in_block() == Words{"b.test"});
    const auto text = base::read_file(route.files.block);
    CHECK(*text ==
          nginx::render_route_block("shop", "thumb-print_1", {kServer.listens, {"b.test"}}));

    test::DokkuHost::write(route.vhost(), "server { listen 80; server_name b.test a.test; }");
    route.heal(nginx::RouteUse::needed);
    CHECK_FALSE(base::file_exists(route.files.block));
    CHECK(base::file_exists(route.files.snippet));
}

TEST_CASE("a vhost that cannot be read takes no names away", "[nginx][design-8.2]") {
    const Route route;
    route.write();
    test::DokkuHost::write(route.vhost(), "server { listen 80; server_name a.test;");
    route.heal(nginx::RouteUse::needed);
    CHECK(route.names_in_block() == Words{"a.test", "b.test"});
}
