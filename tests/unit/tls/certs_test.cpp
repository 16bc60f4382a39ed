#include "tls/certs.h"

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "support/dokku_host.h"

namespace {

std::string with_crlf(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '\n') result += '\r';
        result += c;
    }
    return result;
}

}  // namespace

TEST_CASE("HTTPS is on if certificate and key are there, of any origin", "[tls][dokku-6.1]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    CHECK_FALSE(dokku::has_pair(host.environment, app));
    test::DokkuHost::write(host.environment.tls_root(app) / "server.crt", "x");
    CHECK_FALSE(dokku::has_pair(host.environment, app));
    test::DokkuHost::write(host.environment.tls_root(app) / "server.key", "x");
    CHECK(dokku::has_pair(host.environment, app));
}

TEST_CASE("an app is active while nginx serves what letsencrypt issued", "[tls][active]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    const std::string ours = test::read_test_data("dokku/shop.crt");
    const std::string other = test::read_test_data("dokku/other.crt");
    CHECK_FALSE(tls::is_active(host.environment, app));
    host.install_pair(app, ours + other);
    CHECK_FALSE(tls::is_active(host.environment, app));  // nothing was issued

    SECTION("whatever today's first domain is") {
        host.issue(app, "once.first.test", ours + other);
        test::DokkuHost::write(host.environment.app_root(app) / "VHOST",
                               "now.first.test\nonce.first.test\n");
        CHECK(tls::is_active(host.environment, app));
    }
    SECTION("only the leaf counts, and how it is written does not") {
        host.issue(app, "shop.test", with_crlf(ours));
        CHECK(tls::is_active(host.environment, app));
    }
    SECTION("an issuer's certificate is not ours") {
        host.issue(app, "shop.test.issuer", ours);
        CHECK_FALSE(tls::is_active(host.environment, app));
    }
    SECTION("another file than .crt is not looked at") {
        host.issue(app, "shop.test", other);
        test::DokkuHost::write(
            host.environment.certs_root(app) / "current" / "certificates" / "shop.test.pem", ours);
        CHECK_FALSE(tls::is_active(host.environment, app));
    }
    SECTION("the legacy fullchain.pem counts") {
        host.issue(app, "shop.test", other);
        test::DokkuHost::write(host.environment.certs_root(app) / "current" / "fullchain.pem",
                               ours + other);
        CHECK(tls::is_active(host.environment, app));
    }
    SECTION("without the key nothing is served") {
        host.issue(app, "shop.test", ours);
        std::filesystem::remove(host.environment.tls_root(app) / "server.key");
        CHECK_FALSE(tls::is_active(host.environment, app));
    }
    SECTION("the compatibility copy is never read") {
        host.issue(app, "shop.test", ours);
        host.install_pair(app, other);
        test::DokkuHost::write(host.environment.tls_root(app) / "server.letsencrypt.crt", ours);
        CHECK_FALSE(tls::is_active(host.environment, app));
    }
    SECTION("a dangling current is nothing issued") {
        std::filesystem::create_directories(host.environment.certs_root(app));
        std::filesystem::create_symlink("/nowhere", host.environment.certs_root(app) / "current");
        CHECK_FALSE(tls::is_active(host.environment, app));
    }
}

TEST_CASE("two texts without a certificate do not have the same leaf", "[tls][active]") {
    CHECK_FALSE(tls::same_leaf("", ""));
    CHECK_FALSE(tls::same_leaf("x", "x"));
    const std::string broken = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    const std::string broken_otherwise =
        "-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n";
    CHECK_FALSE(tls::same_leaf(broken, broken_otherwise));
}

TEST_CASE("the expiration is that of the pair in tls, of any issuer", "[tls][dokku-10.5]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    CHECK_FALSE(tls::read_expiration(host.environment, app));
    host.install_pair(app, test::read_test_data("dokku/shop.crt"));
    CHECK(tls::read_expiration(host.environment, app) == base::from_unix(1'803'080'425));
    host.install_pair(app, "not a certificate");
    CHECK_FALSE(tls::read_expiration(host.environment, app));
}

TEST_CASE("a pair has another stamp once a file of it was changed", "[tls][design-8.2]") {
    const test::DokkuHost host;
    const auto app = host.add_app("shop");
    CHECK(tls::stamp_pair(host.environment, app).empty());
    test::DokkuHost::write(host.environment.tls_root(app) / "server.crt", "x");
    const std::string half = tls::stamp_pair(host.environment, app);
    CHECK_FALSE(half.empty());
    test::DokkuHost::write(host.environment.tls_root(app) / "server.key", "x");
    const std::string stamp = tls::stamp_pair(host.environment, app);
    CHECK(stamp != half);
    CHECK(tls::stamp_pair(host.environment, app) == stamp);
    test::DokkuHost::write(host.environment.tls_root(app) / "server.key", "xy");
    CHECK(tls::stamp_pair(host.environment, app) != stamp);
}
