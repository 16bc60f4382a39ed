#include "acme/external_account.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "acme/account.h"
#include "base/base64.h"
#include "crypto/digest.h"
#include "json/value.h"
#include "support/acme_bench.h"

using Catch::Matchers::ContainsSubstring;
using test::at_ca;

namespace {

// RFC 7515 section A.1
constexpr auto kHmacKey =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

acme::ExternalAccount external() {
    return {"kid-1", base::Secret{kHmacKey}};
}

}  // namespace

TEST_CASE("a binding is the account's public key, signed with the customer's key",
          "[acme][rfc8555-7.3.4]") {
    const auto text = acme::make_binding(external(), test::account_key(), at_ca("/new-account"));
    REQUIRE(text);
    const auto jws = json::Value::parse(*text);
    REQUIRE(jws);
    const std::string header = jws->string("protected").value();
    const std::string payload = jws->string("payload").value();
    CHECK(base::parse_base64url(header) ==
          R"({"alg":"HS256","kid":"kid-1","url":")" + at_ca("/new-account") + "\"}");
    CHECK(base::parse_base64url(payload) == test::account_key().public_jwk());
    const auto key = base::parse_base64url(kHmacKey);
    CHECK(base::parse_base64url(jws->string("signature").value()) ==
          crypto::hmac_sha256(*key, header + "." + payload));
}

TEST_CASE("the CA's algorithm is named in the header and used", "[acme][rfc8555-7.3.4]") {
    struct Case {
        acme::MacAlgorithm algorithm;
        std::string name;
        std::string (*hmac)(std::string_view, std::string_view);
    };
    const auto [algorithm, name, hmac] =
        GENERATE(Case{acme::MacAlgorithm::hs256, "HS256", crypto::hmac_sha256},
                 Case{acme::MacAlgorithm::hs384, "HS384", crypto::hmac_sha384},
                 Case{acme::MacAlgorithm::hs512, "HS512", crypto::hmac_sha512});
    const acme::ExternalAccount customer{"kid-1", base::Secret{kHmacKey}, algorithm};
    const auto text = acme::make_binding(customer, test::account_key(), at_ca("/new-account"));
    REQUIRE(text);
    const auto jws = json::Value::parse(*text);
    REQUIRE(jws);
    const std::string header = jws->string("protected").value();
    CHECK(base::parse_base64url(header) ==
          R"({"alg":")" + name + R"(","kid":"kid-1","url":")" + at_ca("/new-account") + "\"}");
    const std::string input = header + "." + jws->string("payload").value();
    CHECK(base::parse_base64url(jws->string("signature").value()) ==
          hmac(*base::parse_base64url(kHmacKey), input));
}

TEST_CASE("newAccount carries the binding", "[acme][rfc8555-7.3.4]") {
    test::Bench bench;
    bench.http.post(at_ca("/new-account"), 201, R"({"status":"valid"})",
                    {{"location", at_ca("/account/7")}});
    const auto customer = external();
    REQUIRE(bench.run(acme::register_account(bench.client, {}, &customer)));
    CHECK_THAT(bench.http.last().payload,
               ContainsSubstring(R"("externalAccountBinding":{"protected":")"));
}

TEST_CASE("a key that is no base64url is refused without showing it", "[acme][rfc8555-7.3.4]") {
    const std::string bad = GENERATE("", "s3cret key!", "  ");
    const auto text = acme::make_binding({"kid-1", base::Secret{bad}}, test::account_key(), "u");
    REQUIRE_FALSE(text);
    CHECK(text.error().kind == base::ErrorKind::invalid_input);
    CHECK_THAT(text.error().message, !ContainsSubstring("s3cret"));
}
