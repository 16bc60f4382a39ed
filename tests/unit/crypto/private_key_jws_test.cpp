#include <memory>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "base/file.h"
#include "crypto/free_with.h"
#include "crypto/private_key.h"
#include "support/certificate_maker.h"

using base::to_base64url;
using crypto::KeyType;
using crypto::PrivateKey;

namespace {

/// A key printed in an RFC, as a file.
PrivateKey key_of_rfc(const std::string& name) {
    const auto pem = base::read_file(base::Path{TEST_DATA_DIR} / "crypto" / (name + ".pem"));
    REQUIRE(pem);
    auto key = PrivateKey::parse_pem(*pem);
    REQUIRE(key);
    return std::move(*key);
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// Does the signature r || s verify, checked with OpenSSL's own form of it?
bool verifies(const PrivateKey& key, std::string_view input, std::string_view signature) {
    const std::size_t width = signature.size() / 2;
    const std::unique_ptr<ECDSA_SIG, crypto::FreeWith<ECDSA_SIG_free>> pair{ECDSA_SIG_new()};
    ECDSA_SIG_set0(pair.get(), BN_bin2bn(bytes_of(signature), static_cast<int>(width), nullptr),
                   BN_bin2bn(bytes_of(signature.substr(width)), static_cast<int>(width), nullptr));
    std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
    auto* at = reinterpret_cast<unsigned char*>(der.data());
    i2d_ECDSA_SIG(pair.get(), &at);
    const EVP_MD* digest = key.type() == KeyType::p384 ? EVP_sha384() : EVP_sha256();
    const std::unique_ptr<EVP_MD_CTX, crypto::FreeWith<EVP_MD_CTX_free>> context{EVP_MD_CTX_new()};
    return EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.native()) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(der), der.size(), bytes_of(input),
                            input.size()) == 1;
}

}  // namespace

TEST_CASE("the thumbprint of the sample RSA key is the one of the RFC", "[crypto][rfc7638-3.1]") {
    const auto key = key_of_rfc("rfc7517-a2");
    CHECK(key.thumbprint() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    CHECK(key.public_jwk() ==
          R"({"e":"AQAB","kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx)"
          R"(4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4)"
          R"(Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d)"
          R"(0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPk)"
          R"(sINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"})");
}

TEST_CASE("RS256 of the sample is the signature of the RFC", "[crypto][rfc7515-a.2]") {
    const auto key = key_of_rfc("rfc7515-a2");
    CHECK(key.jws_algorithm() == "RS256");
    const auto signature = key.sign_jws(
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
        "LmNvbS9pc19yb290Ijp0cnVlfQ");
    REQUIRE(signature);
    CHECK(to_base64url(*signature) ==
          "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W"
          "2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkS"
          "jtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnv"
          "Wh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
}

TEST_CASE("the sample ES256 key has the coordinates of the RFC", "[crypto][rfc7515-a.3]") {
    // Its file holds no public part, which RFC 5915 leaves optional.
    const auto key = key_of_rfc("rfc7515-a3");
    CHECK(key.public_jwk() ==
          R"({"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
          R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
    const std::string input =
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
        "LmNvbS9pc19yb290Ijp0cnVlfQ";
    const auto sample = base::parse_base64url(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
    REQUIRE(sample.has_value());
    CHECK(verifies(key, input, *sample));
    CHECK_FALSE(verifies(key, input + "x", *sample));
}

TEST_CASE("ES256 signatures always have 64 bytes, also with leading zeros", "[crypto]") {
    // One in 128 has a short r or s: none of 1500 doing so has a chance of about 1 in 100,000.
    const auto key = test::make_key(KeyType::p256);
    int padded = 0;
    for (int i = 0; i < 1500; ++i) {
        const std::string input = "input " + std::to_string(i);
        const auto signature = key.sign_jws(input);
        REQUIRE(signature);
        REQUIRE(signature->size() == 64);
        if (signature->at(0) != '\0' && signature->at(32) != '\0') continue;
        ++padded;
        CHECK(verifies(key, input, *signature));
    }
    CHECK(padded > 0);
}

TEST_CASE("ES384 signatures have 96 bytes and verify", "[crypto]") {
    const auto key = test::make_key(KeyType::p384);
    for (int i = 0; i < 20; ++i) {
        const auto signature = key.sign_jws("input");
        REQUIRE(signature);
        CHECK(signature->size() == 96);
        CHECK(verifies(key, "input", *signature));
    }
}

TEST_CASE("coordinates have their full width, also with leading zeros", "[crypto][rfc7518-6.2.1]") {
    for (int i = 0; i < 600; ++i) {
        const std::string jwk = test::make_key(KeyType::p256).public_jwk();
        // 43 characters for 32 bytes, twice.
        REQUIRE(jwk.size() ==
                std::string{R"({"crv":"P-256","kty":"EC","x":"","y":""})"}.size() + 86);
    }
}
