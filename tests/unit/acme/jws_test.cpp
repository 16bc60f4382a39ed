#include "acme/jws.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "base/base64.h"
#include "json/value.h"

namespace {

std::string decoded(const json::Value& jws, std::string_view member) {
    return base::parse_base64url(*jws.string(member)).value_or("not base64url");
}

}  // namespace

TEST_CASE("a JWS has exactly protected, payload and signature", "[acme][rfc8555-6.2]") {
    const auto type =
        GENERATE(crypto::KeyType::p256, crypto::KeyType::p384, crypto::KeyType::rsa2048);
    const auto key = crypto::PrivateKey::generate(type);
    REQUIRE(key);
    const auto text =
        acme::sign_jws(*key, {R"(https://a/"o)", "nonce", "https://a/account/1"}, R"({"csr":"x"})");
    REQUIRE(text);
    const auto jws = json::Value::parse(*text);
    REQUIRE(jws);
    const auto members = jws->members();
    REQUIRE(members.size() == 3);
    CHECK(members[0].first == "protected");
    CHECK(members[1].first == "payload");
    CHECK(members[2].first == "signature");
    CHECK(text->find('=') == std::string::npos);
    CHECK(decoded(*jws, "payload") == R"({"csr":"x"})");

    const auto header = json::Value::parse(decoded(*jws, "protected"));
    REQUIRE(header);
    CHECK(header->members().size() == 4);
    CHECK(header->string("alg") == std::string(key->jws_algorithm()));
    CHECK(header->string("kid") == "https://a/account/1");
    CHECK(header->string("nonce") == "nonce");
    CHECK(header->string("url") == R"(https://a/"o)");
    const std::size_t bytes = type == crypto::KeyType::p256   ? 64
                              : type == crypto::KeyType::p384 ? 96
                                                              : 256;
    CHECK(decoded(*jws, "signature").size() == bytes);
}

TEST_CASE("without kid the public key stands in the header", "[acme][rfc8555-6.2]") {
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
    REQUIRE(key);
    const auto text = acme::sign_jws(*key, {"https://a/new", "n", ""}, "");
    REQUIRE(text);
    const auto jws = json::Value::parse(*text);
    REQUIRE(jws);
    CHECK(jws->string("payload") == "");  // POST-as-GET, RFC 8555 section 6.3
    const auto header = json::Value::parse(decoded(*jws, "protected"));
    REQUIRE(header);
    CHECK_FALSE(header->find("kid"));
    REQUIRE(header->find("jwk"));
    CHECK(header->find("jwk")->to_text() == key->public_jwk());
}

TEST_CASE("without nonce there is no such member", "[acme]") {
    const auto key = crypto::PrivateKey::generate(crypto::KeyType::p256);
    REQUIRE(key);
    const auto text = acme::sign_jws(*key, {"https://a/new", "", "kid"}, "");
    REQUIRE(text);
    const auto jws = json::Value::parse(*text);
    REQUIRE(jws);
    CHECK_FALSE(json::Value::parse(decoded(*jws, "protected"))->find("nonce"));
}
