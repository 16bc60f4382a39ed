#include "acme/problem.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

TEST_CASE("the RFC's compound problem is kept whole", "[acme][rfc8555-6.7.1]") {
    const auto problem = acme::parse_problem(R"({
        "type": "urn:ietf:params:acme:error:malformed",
        "detail": "Some of the identifiers requested were rejected",
        "subproblems": [
            {
                "type": "urn:ietf:params:acme:error:malformed",
                "detail": "Invalid underscore in DNS name \"_example.org\"",
                "identifier": {"type": "dns", "value": "_example.org"}
            },
            {
                "type": "urn:ietf:params:acme:error:rejectedIdentifier",
                "detail": "This CA will not issue for \"example.net\"",
                "identifier": {"type": "dns", "value": "example.net"}
            },
            {"detail": "no type, no identifier"},
            "no object"
        ]
    })",
                                             403);
    REQUIRE(problem);
    CHECK(problem->is("malformed"));
    CHECK(problem->detail == "Some of the identifiers requested were rejected");
    CHECK(problem->status == 403);
    REQUIRE(problem->subproblems.size() == 3);
    CHECK(problem->subproblems[1].type == "urn:ietf:params:acme:error:rejectedIdentifier");
    CHECK(problem->subproblems[1].identifier == acme::Identifier{"dns", "example.net"});
    CHECK(problem->subproblems[2].type == "about:blank");
    CHECK_FALSE(problem->subproblems[2].identifier);
}

TEST_CASE("a problem reads back from its own text", "[acme][rfc8555-6.7]") {
    const std::string text =
        R"({"type":"urn:ietf:params:acme:error:compound","title":"t","detail":"d \"q\"",)"
        R"("status":403,"instance":"https://ca.test/terms",)"
        R"("identifier":{"type":"dns","value":"a.test"},)"
        R"("subproblems":[{"type":"about:blank","detail":"why",)"
        R"("identifier":{"type":"ip","value":"192.0.2.1"}}]})";
    const auto problem = acme::parse_problem(text, 0);
    REQUIRE(problem);
    CHECK(acme::to_text(*problem) == text);
    CHECK(acme::to_text({}) == "{}");
}

TEST_CASE("userActionRequired carries the page to open", "[acme][rfc8555-7.3.3]") {
    const auto problem = acme::parse_problem(R"({
        "type": "urn:ietf:params:acme:error:userActionRequired",
        "detail": "Terms of service have changed",
        "instance": "https://example.com/acme/agreement/?token=W8Ih3PswD-8",
        "status": 403, "identifier": {"type": "dns", "value": "a.example"}
    })",
                                             500);
    REQUIRE(problem);
    CHECK(problem->is("userActionRequired"));
    CHECK(problem->instance == "https://example.com/acme/agreement/?token=W8Ih3PswD-8");
    CHECK(problem->status == 403);
    CHECK(problem->identifier == acme::Identifier{"dns", "a.example"});
}

TEST_CASE("a problem without type is about:blank, a status out of range is HTTP's",
          "[acme][rfc7807-4.2]") {
    const std::string status = GENERATE("0", "99", "600", "\"403\"", "99999999999", "null");
    const auto problem = acme::parse_problem(R"({"title":"t","status":)" + status + "}", 418);
    REQUIRE(problem);
    CHECK(problem->type == "about:blank");
    CHECK(problem->title == "t");
    CHECK(problem->status == 418);
}

TEST_CASE("only ACME's own types are ACME errors", "[acme]") {
    CHECK(acme::short_type("urn:ietf:params:acme:error:dns") == "dns");
    CHECK(acme::short_type("https://other.example/dns") == "https://other.example/dns");
    acme::Problem problem;
    problem.type = "badNonce";
    CHECK_FALSE(problem.is("badNonce"));
    problem.type = "urn:ietf:params:acme:error:badNonce";
    CHECK(problem.is("badNonce"));
    CHECK_FALSE(problem.is("bad"));
}

TEST_CASE("what is no problem document is none", "[acme]") {
    const std::string text = GENERATE("", "{}", "[]", "null", "<html>", "{\"type\":7}",
                                      R"({"status":403})", R"({"type":"x")");
    CAPTURE(text);
    CHECK_FALSE(acme::parse_problem(text, 400));
}
