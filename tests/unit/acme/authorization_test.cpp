#include "acme/authorization.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using acme::AuthorizationStatus;

TEST_CASE("the RFC's authorization is read", "[acme][rfc8555-7.1.4]") {
    const auto authorization = acme::parse_authorization(R"({
        "status": "valid",
        "expires": "2015-03-01T14:09:07.99Z",
        "identifier": {"type": "dns", "value": "www.example.org"},
        "challenges": [
            {
                "url": "https://example.com/acme/chall/prV_B7yEyA4",
                "type": "http-01",
                "status": "valid",
                "token": "DGyRejmCefe7v4NfDGDKfA",
                "validated": "2014-12-01T12:05:58.16Z"
            },
            "no object",
            {"status": "valid"}
        ],
        "wildcard": false
    })");
    REQUIRE(authorization);
    CHECK(authorization->status == AuthorizationStatus::valid);
    CHECK(authorization->identifier == acme::Identifier{"dns", "www.example.org"});
    CHECK_FALSE(authorization->wildcard);
    REQUIRE(authorization->challenges.size() == 1);
    REQUIRE(authorization->challenge("http-01") != nullptr);
    CHECK(authorization->challenge("dns-01") == nullptr);
}

TEST_CASE("a wildcard shows its base name and is put together again", "[acme][rfc8555-7.1.4]") {
    const std::string value = GENERATE("Example.org", "*.example.org");
    const auto authorization = acme::parse_authorization(
        R"({"identifier":{"type":"dns","value":")" + value + R"("},"wildcard":true})");
    REQUIRE(authorization);
    CHECK(authorization->ordered() == acme::Identifier{"dns", "*.example.org"});
}

TEST_CASE("every status of an authorization is known, others are unknown",
          "[acme][rfc8555-7.1.6]") {
    const auto [word, status] = GENERATE(table<std::string, AuthorizationStatus>({
        {"pending", AuthorizationStatus::pending},
        {"valid", AuthorizationStatus::valid},
        {"invalid", AuthorizationStatus::invalid},
        {"deactivated", AuthorizationStatus::deactivated},
        {"expired", AuthorizationStatus::expired},
        {"revoked", AuthorizationStatus::revoked},
        {"processing", AuthorizationStatus::unknown},
        {"", AuthorizationStatus::unknown},
    }));
    CAPTURE(word);
    const auto authorization = acme::parse_authorization(
        R"({"identifier":{"type":"dns","value":"a"},"expires":"soon","status":")" + word + "\"}");
    REQUIRE(authorization);
    CHECK(authorization->status == status);
}

TEST_CASE("what is no authorization is refused", "[acme]") {
    const std::string bad =
        GENERATE("", "[]", "{}", R"({"status":"valid"})", R"({"identifier":"a"})",
                 R"({"identifier":{"type":"dns"}})", "<html></html>");
    CAPTURE(bad);
    const auto authorization = acme::parse_authorization(bad);
    REQUIRE_FALSE(authorization);
    CHECK(authorization.error().kind == base::ErrorKind::protocol);
}
