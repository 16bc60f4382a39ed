#include "acme/key_change.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "base/base64.h"
#include "json/value.h"
#include "support/acme_bench.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using test::at_ca;

namespace {

/// A CA that lets keys be changed.
struct Bench : test::Bench {
    Bench() : test::Bench(directory()) {}
    static acme::Directory directory() {
        acme::Directory directory = test::Bench::directory();
        directory.key_change = at_ca("/key-change");
        return directory;
    }
};

/// The key that takes over. RSA, so that the same bytes signed twice give the same signature.
const crypto::PrivateKey& new_key() {
    static const auto key = crypto::PrivateKey::generate(crypto::KeyType::rsa2048);
    return *key;
}

std::string decoded(const json::Value& jws, std::string_view member) {
    return base::parse_base64url(jws.string(member).value()).value();
}

}  // namespace

TEST_CASE("the old key sends what the new key signed", "[acme][rfc8555-7.3.5]") {
    Bench bench;
    bench.http.post(at_ca("/key-change"), 200, "");
    REQUIRE(bench.run(acme::change_key(bench.client, new_key())));
    const auto& sent = bench.http.last();
    CHECK(sent.protected_member("alg") == "ES256");
    CHECK(sent.protected_member("kid") == at_ca("/account/1"));
    CHECK(sent.protected_member("url") == at_ca("/key-change"));
    CHECK(sent.protected_member("nonce") == "nonce0");

    const auto inner = json::Value::parse(sent.payload);
    REQUIRE(inner);
    CHECK(inner->members().size() == 3);
    CHECK(decoded(*inner, "protected") == R"({"alg":"RS256","jwk":)" + new_key().public_jwk() +
                                              R"(,"url":")" + at_ca("/key-change") + "\"}");
    CHECK(decoded(*inner, "payload") == R"({"account":")" + at_ca("/account/1") + R"(","oldKey":)" +
                                            test::account_key().public_jwk() + "}");
    const std::string input =
        inner->string("protected").value() + "." + inner->string("payload").value();
    CHECK(decoded(*inner, "signature") == new_key().sign_jws(input).value());
}

TEST_CASE("after a stale nonce only the outer part is signed again", "[acme][rfc8555-7.3.5]") {
    Bench bench;
    bench.http
        .post(at_ca("/key-change"), 400,
              R"({"type":"urn:ietf:params:acme:error:badNonce","detail":"old"})")
        .post(at_ca("/key-change"), 200, "");
    REQUIRE(bench.run(acme::change_key(bench.client, new_key())));
    REQUIRE(bench.http.sent().size() == 2);
    CHECK(bench.http.sent()[0].payload == bench.http.sent()[1].payload);
    CHECK(bench.http.sent()[1].protected_member("nonce") == "nonce1");
}

TEST_CASE("a key that has an account already is refused and said so", "[acme][rfc8555-7.3.5]") {
    Bench bench;
    SECTION("with a problem") {
        bench.http.post(at_ca("/key-change"), 409,
                        R"({"type":"urn:ietf:params:acme:error:malformed","detail":"in use"})",
                        {{"location", at_ca("/account/2")}});
    }
    SECTION("without") {
        bench.http.post(at_ca("/key-change"), 409, "", {{"location", at_ca("/account/2")}});
    }
    const auto changed = bench.run(acme::change_key(bench.client, new_key()));
    REQUIRE_FALSE(changed);
    CHECK(changed.error().error.kind == ErrorKind::rejected);
    CHECK(changed.error().status == 409);
    CHECK_THAT(changed.error().error.message,
               ContainsSubstring("The new key has an account already: ca.example answered 409"));
}

TEST_CASE("other refusals and lost answers are handed on", "[acme][rfc8555-7.3.5]") {
    Bench bench;
    SECTION("a refusal") {
        bench.http.post(at_ca("/key-change"), 400,
                        R"({"type":"urn:ietf:params:acme:error:badPublicKey","detail":"weak"})");
        const auto changed = bench.run(acme::change_key(bench.client, new_key()));
        REQUIRE_FALSE(changed);
        CHECK(changed.error().is("badPublicKey"));
        CHECK_THAT(changed.error().error.message, !ContainsSubstring("already"));
    }
    SECTION("a lost answer is not tried again: the key may be changed") {
        bench.http.lose(http::Method::post, at_ca("/key-change"));
        const auto changed = bench.run(acme::change_key(bench.client, new_key()));
        REQUIRE_FALSE(changed);
        CHECK(changed.error().unanswered());
        CHECK(bench.http.sent().size() == 1);
    }
}

TEST_CASE("a CA without keyChange is not asked", "[acme][rfc8555-7.3.5]") {
    test::Bench bench;
    const auto changed = bench.run(acme::change_key(bench.client, new_key()));
    REQUIRE_FALSE(changed);
    CHECK(changed.error().error.kind == ErrorKind::invalid_input);
    CHECK(changed.error().error.message == "ca.example offers no change of an account's key");
    CHECK(bench.http.sent().empty());
}
