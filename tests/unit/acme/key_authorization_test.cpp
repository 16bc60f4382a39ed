#include "acme/key_authorization.h"

#include <catch2/catch_test_macros.hpp>

TEST_CASE("token and thumbprint make the key authorization", "[acme][rfc8555-8.1]") {
    // Token of RFC 8555 section 8.3, thumbprint of RFC 7638 section 3.1.
    const auto token = acme::Token::parse("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0");
    REQUIRE(token);
    const acme::KeyAuthorization authorization(*token,
                                               "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    CHECK(authorization.text() ==
          "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0."
          "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    // printf %s "$text" | openssl dgst -sha256 -binary | base64, made base64url
    CHECK(authorization.dns_value() == "_cC5rvB9vM8qzT3MTBcTeVpQwtbNypBXyQnE4fhM9QQ");
}
