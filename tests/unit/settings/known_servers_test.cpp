#include "settings/known_servers.h"

#include <catch2/catch_test_macros.hpp>

using Names = std::vector<std::string>;

TEST_CASE("some CAs issue for one name and its www alone", "[settings]") {
    for (const char* name : {"sslcom", "actalis"}) {
        const auto* server = settings::find_known_server(settings::server_url(name));
        REQUIRE(server != nullptr);
        CHECK(server->wants_external_account);
        CHECK(settings::can_issue(server, {"a.test"}));
        CHECK(settings::can_issue(server, {"www.a.test", "a.test"}));
        CHECK(settings::can_issue(server, {"www.a.test"}));
        CHECK_FALSE(settings::can_issue(server, {"a.test", "b.test"}));
        CHECK_FALSE(settings::can_issue(server, {"a.test", "x.a.test"}));
        CHECK_FALSE(settings::can_issue(server, {"*.a.test"}));
        CHECK_FALSE(settings::can_issue(server, {"a.test", "*.a.test"}));
        CHECK_FALSE(settings::can_issue(server, {"192.0.2.1"}));
    }
    const Names many{"a.test", "*.a.test", "b.test"};
    CHECK(settings::can_issue(settings::find_known_server(settings::server_url("zerossl")), many));
    CHECK(settings::can_issue(nullptr, many));
}

TEST_CASE("actalis is known by name", "[settings]") {
    CHECK(settings::server_url("actalis") == "https://acme-api.actalis.com/acme/directory");
}

TEST_CASE("another directory of a CA is the same CA", "[settings]") {
    const auto* sslcom = settings::find_known_server(settings::server_url("sslcom"));
    CHECK(settings::find_known_server("https://acme.ssl.com/sslcom-dv-rsa") == sslcom);
    CHECK(settings::find_known_server("https://acme.ssl.com:444/sslcom-dv-rsa") == nullptr);
    CHECK(settings::find_known_server("https://acme.ssl.com.example/sslcom-dv-rsa") == nullptr);
    CHECK(settings::find_known_server("HTTPS://ACME.SSL.com:443/sslcom-dv-rsa") == sslcom);
    CHECK(settings::find_known_server("") == nullptr);
}
