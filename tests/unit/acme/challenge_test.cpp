#include "acme/challenge.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using acme::ChallengeStatus;

TEST_CASE("a token is base64url and nothing else", "[acme][rfc8555-8.1]") {
    const auto token = acme::Token::parse("DGyRejmCefe7v4NfDGDKfA_-");
    REQUIRE(token);
    CHECK(token->text() == "DGyRejmCefe7v4NfDGDKfA_-");
    const std::string bad =
        GENERATE(std::string(), std::string("../../etc"), std::string("a/b"), std::string("a.b"),
                 std::string("a b"), std::string("a="), std::string("a\0b", 3),
                 std::string("\xc3\xa4"), std::string("$host"), std::string(201, 'a'));
    CAPTURE(bad);
    CHECK_FALSE(acme::Token::parse(bad));
}

TEST_CASE("the RFC's HTTP challenge is read", "[acme][rfc8555-8.3]") {
    const auto challenge = acme::parse_challenge(R"({
        "type": "http-01",
        "url": "https://example.com/acme/chall/prV_B7yEyA4",
        "status": "pending",
        "token": "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"
    })");
    REQUIRE(challenge);
    CHECK(challenge->type == acme::kHttp01);
    CHECK(challenge->url == "https://example.com/acme/chall/prV_B7yEyA4");
    CHECK(challenge->status == ChallengeStatus::pending);
    REQUIRE(challenge->token);
    CHECK(challenge->token->text() == "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0");
    CHECK_FALSE(challenge->error);
}

TEST_CASE("every status of a challenge is known, others are unknown", "[acme][rfc8555-7.1.6]") {
    const auto [word, status] = GENERATE(table<std::string, ChallengeStatus>({
        {"\"pending\"", ChallengeStatus::pending},
        {"\"processing\"", ChallengeStatus::processing},
        {"\"valid\"", ChallengeStatus::valid},
        {"\"invalid\"", ChallengeStatus::invalid},
        {"\"Valid\"", ChallengeStatus::unknown},
        {"\"paused\"", ChallengeStatus::unknown},
        {"7", ChallengeStatus::unknown},
        {"null", ChallengeStatus::unknown},
    }));
    CAPTURE(word);
    const auto challenge = acme::parse_challenge(R"({"type":"x","status":)" + word + "}");
    REQUIRE(challenge);
    CHECK(challenge->status == status);
}

TEST_CASE("challenges of unknown types and without token are tolerated", "[acme]") {
    const auto persist =
        acme::parse_challenge(R"({"type":"dns-persist-01","url":"https://a/c","status":"pending",)"
                              R"("issuer-domain-names":["ca.example"]})");
    REQUIRE(persist);
    CHECK(persist->type == "dns-persist-01");
    CHECK_FALSE(persist->token);
    const auto bad_token = acme::parse_challenge(R"({"type":"http-01","token":"../x"})");
    REQUIRE(bad_token);
    CHECK_FALSE(bad_token->token);
    const auto plain = acme::parse_challenge(R"({"type":"http-01","url":"http://a/c"})");
    REQUIRE(plain);
    CHECK(plain->url.empty());
}

TEST_CASE("the error of a challenge is kept", "[acme][rfc8555-8]") {
    const auto challenge = acme::parse_challenge(
        R"({"type":"http-01","url":"https://a/c","status":"invalid","token":"t","error":)"
        R"({"type":"urn:ietf:params:acme:error:connection","detail":"refused","status":400}})");
    REQUIRE(challenge);
    REQUIRE(challenge->error);
    CHECK(challenge->error->is("connection"));
    CHECK(challenge->error->detail == "refused");
}

TEST_CASE("what is no challenge is refused", "[acme]") {
    const std::string bad = GENERATE("", "[]", "null", "{}", R"({"type":""})", R"({"type":1})");
    CAPTURE(bad);
    const auto challenge = acme::parse_challenge(bad);
    REQUIRE_FALSE(challenge);
    CHECK(challenge.error().kind == base::ErrorKind::protocol);
}
