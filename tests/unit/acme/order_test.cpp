#include "acme/order.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using acme::OrderStatus;

TEST_CASE("the RFC's order is read", "[acme][rfc8555-7.1.3]") {
    const auto order = acme::parse_order(R"({
        "status": "valid",
        "expires": "2016-01-20T14:09:07.99Z",
        "identifiers": [
            {"type": "dns", "value": "www.example.org"},
            {"type": "dns", "value": "example.org"}
        ],
        "notBefore": "2016-01-01T00:00:00Z",
        "notAfter": "2016-01-08T00:00:00Z",
        "authorizations": [
            "https://example.com/acme/authz/PAniVnsZcis",
            "https://example.com/acme/authz/r4HqLzrSrpI"
        ],
        "finalize": "https://example.com/acme/order/TOlocE8rfgo/finalize",
        "certificate": "https://example.com/acme/cert/jWCdfHVGY2M"
    })");
    REQUIRE(order);
    CHECK(order->status == OrderStatus::valid);
    REQUIRE(order->identifiers.size() == 2);
    CHECK(order->identifiers[1] == acme::Identifier{"dns", "example.org"});
    REQUIRE(order->authorizations.size() == 2);
    CHECK(order->authorizations[0] == "https://example.com/acme/authz/PAniVnsZcis");
    CHECK(order->finalize == "https://example.com/acme/order/TOlocE8rfgo/finalize");
    CHECK(order->certificate == "https://example.com/acme/cert/jWCdfHVGY2M");
    CHECK_FALSE(order->error);
}

TEST_CASE("every status of an order is known, others keep their word", "[acme][rfc8555-7.1.6]") {
    const auto [word, status] = GENERATE(table<std::string, OrderStatus>({
        {"pending", OrderStatus::pending},
        {"ready", OrderStatus::ready},
        {"processing", OrderStatus::processing},
        {"valid", OrderStatus::valid},
        {"invalid", OrderStatus::invalid},
        {"deactivated", OrderStatus::unknown},
    }));
    CAPTURE(word);
    const auto order = acme::parse_order(
        R"({"identifiers":[{"type":"dns","value":"a"}],"finalize":"https://a/f","error":)"
        R"({"type":"urn:ietf:params:acme:error:caa","detail":"d"},"status":")" +
        word + "\"}");
    REQUIRE(order);
    CHECK(order->status == status);
    CHECK(order->status_text == word);
    REQUIRE(order->error);
    CHECK(order->error->is("caa"));
}

TEST_CASE("an order without what is needed, or with a plain URL, is refused", "[acme]") {
    const std::string bad = GENERATE(
        "", "[]", "{}", "<html></html>", R"({"status":"valid","finalize":"https://a/f"})",
        R"({"status":"valid","identifiers":[],"finalize":"https://a/f"})",
        R"({"status":"valid","identifiers":[7],"finalize":"https://a/f"})",
        R"({"status":7,"identifiers":[{"type":"dns","value":"a"}],"finalize":"https://a/f"})",
        R"({"status":"valid","identifiers":[{"type":"dns","value":"a"}]})",
        R"({"status":"valid","identifiers":[{"type":"dns","value":"a"}],"finalize":"http://a/f"})",
        R"({"status":"valid","identifiers":[{"type":"dns","value":"a"}],"finalize":"https://a/f",)"
        R"("authorizations":["file:///etc/passwd"]})",
        R"({"status":"valid","identifiers":[{"type":"dns","value":"a"}],"finalize":"https://a/f",)"
        R"("certificate":"http://a/c"})");
    CAPTURE(bad);
    const auto order = acme::parse_order(bad);
    REQUIRE_FALSE(order);
    CHECK(order.error().kind == base::ErrorKind::protocol);
}

TEST_CASE("an order with too much in it is refused", "[acme]") {
    std::string identifiers;
    for (int i = 0; i < 1001; ++i)
        identifiers += R"({"type":"dns","value":"a"},)";
    identifiers.pop_back();
    const auto order = acme::parse_order(R"({"status":"pending","identifiers":[)" + identifiers +
                                         R"(],"finalize":"https://a/f"})");
    REQUIRE_FALSE(order);
    CHECK(order.error().kind == base::ErrorKind::protocol);
}
