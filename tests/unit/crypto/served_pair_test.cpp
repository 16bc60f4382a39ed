#include "crypto/served_pair.h"

#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "support/certificate_maker.h"

using Catch::Matchers::ContainsSubstring;
using crypto::check_served_pair;

namespace {

std::string certificate_of(const crypto::PrivateKey& key) {
    test::CertificateSpec spec;
    spec.common_name = "a.example";
    spec.names = {"a.example"};
    return test::make_certificate(spec, key);
}

std::string text_of(const crypto::PrivateKey& key) {
    return std::string{key.to_pem().reveal()};
}

std::string reason(const std::string& chain, const std::string& key) {
    const auto checked = check_served_pair(chain, key);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().kind == base::ErrorKind::protocol);
    return checked.error().message;
}

/// As an operator may have one that asks for a passphrase.
std::string encrypted(const crypto::PrivateKey& key) {
    BIO* sink = BIO_new(BIO_s_mem());
    REQUIRE(PEM_write_bio_PrivateKey(sink, key.native(), EVP_aes_256_cbc(), nullptr, 0, nullptr,
                                     const_cast<char*>("secret")) == 1);
    std::string pem(BIO_ctrl_pending(sink), '\0');
    REQUIRE(BIO_read(sink, pem.data(), static_cast<int>(pem.size())) > 0);
    BIO_free(sink);
    return pem;
}

}  // namespace

TEST_CASE("nginx takes a certificate with its key", "[crypto][design-8.2]") {
    const auto type =
        GENERATE(crypto::KeyType::p256, crypto::KeyType::p384, crypto::KeyType::rsa2048);
    const auto key = test::make_key(type);
    const auto chain = certificate_of(key);
    CHECK(check_served_pair(chain, text_of(key)));
    // A chain with text around it, and a key behind its parameters, as OpenSSL's tools write them.
    CHECK(check_served_pair("subject=CN = a.example\n" + chain + "\n" + chain + "\nend\n",
                            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                            "-----END EC PARAMETERS-----\n" +
                                text_of(key)));
}

TEST_CASE("nginx refuses what is not whole", "[crypto][design-8.2]") {
    const auto key = test::make_key();
    const auto chain = certificate_of(key);
    const std::string key_pem = text_of(key);
    CHECK_THAT(reason("", key_pem), ContainsSubstring("the certificate cannot be read"));
    CHECK_THAT(reason(chain.substr(0, chain.size() / 2), key_pem),
               ContainsSubstring("the certificate cannot be read"));
    CHECK_THAT(reason(chain + chain.substr(0, chain.size() / 2), key_pem),
               ContainsSubstring("a certificate of the chain cannot be read"));
    CHECK_THAT(reason(chain, ""), ContainsSubstring("the key cannot be read"));
    CHECK_THAT(reason(chain, key_pem.substr(0, key_pem.size() / 2)),
               ContainsSubstring("the key cannot be read"));
    CHECK_THAT(reason(chain, encrypted(key)), ContainsSubstring("the key cannot be read"));
    CHECK(reason(chain, text_of(test::make_key())) == "the key does not belong to the certificate");
    CHECK(reason(chain, text_of(test::make_key(crypto::KeyType::rsa2048))) ==
          "the key does not belong to the certificate");
}
