#include "nginx/shadow.h"

#include <catch2/catch_test_macros.hpp>

namespace {

std::string shadow_of(const std::string& inside) {
    const auto config = nginx::parse_nginx_config(
        "server {\n listen 80;\n server_name shop.test;\n" + inside + "\n}\n", "/x/nginx.conf");
    const auto shadow = nginx::find_shadow(config.value(), "shop.test");
    return shadow ? shadow->place() : "";
}

}  // namespace

TEST_CASE("directives of the whole server come before any location", "[nginx][design-4.5]") {
    CHECK(shadow_of("return 301 https://other.test/;") ==
          "/x/nginx.conf:4: return 301 https://other.test/");
    CHECK(shadow_of("rewrite ^ /maintenance.html;") ==
          "/x/nginx.conf:4: rewrite ^ /maintenance.html");
    CHECK(shadow_of("if ($http_x) {\n return 403;\n}") == "/x/nginx.conf:5: return 403");
}

TEST_CASE("a location of the same path or a longer one", "[nginx][design-4.5]") {
    CHECK(shadow_of("location = /.well-known/acme-challenge/x { return 404; }") ==
          "/x/nginx.conf:4: location = /.well-known/acme-challenge/x");
    CHECK(shadow_of("location /.well-known/acme-challenge { root /srv; }") ==
          "/x/nginx.conf:4: location /.well-known/acme-challenge");
}

TEST_CASE("what leaves the path alone is none", "[nginx][design-4.5]") {
    CHECK(shadow_of("location / { return 301 https://x.test; }").empty());
    CHECK(shadow_of("location ~ /\\. { deny all; }").empty());
    CHECK(shadow_of("auth_basic on;").empty());
}

TEST_CASE("only server blocks for the name on port 80 are looked at", "[nginx][design-4.5]") {
    const auto config = nginx::parse_nginx_config(
        "server { listen 443 ssl; server_name shop.test; return 404; }"
        "server { listen 80; server_name other.test; return 404; }",
        "/x/nginx.conf");
    CHECK_FALSE(nginx::find_shadow(config.value(), "shop.test"));
}
