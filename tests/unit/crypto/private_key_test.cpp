#include "crypto/private_key.h"

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/pem.h"
#include "crypto/free_with.h"
#include "support/certificate_maker.h"

using base::ErrorKind;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using crypto::KeyType;
using crypto::PrivateKey;

static_assert(!std::is_copy_constructible_v<PrivateKey>);
static_assert(sizeof(PrivateKey) == sizeof(void*));

namespace {

using BioPtr = std::unique_ptr<BIO, crypto::FreeWith<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, crypto::FreeWith<EVP_PKEY_free>>;

std::string pem_of(EVP_PKEY* key, const char* passphrase = nullptr) {
    const BioPtr sink{BIO_new(BIO_s_mem())};
    const EVP_CIPHER* cipher = passphrase == nullptr ? nullptr : EVP_aes_128_cbc();
    std::string secret = passphrase == nullptr ? "" : passphrase;
    REQUIRE(PEM_write_bio_PKCS8PrivateKey(sink.get(), key, cipher, secret.data(),
                                          static_cast<int>(secret.size()), nullptr, nullptr) == 1);
    std::string pem(BIO_ctrl_pending(sink.get()), '\0');
    REQUIRE(BIO_read(sink.get(), pem.data(), static_cast<int>(pem.size())) > 0);
    return pem;
}

}  // namespace

TEST_CASE("lego's words for key types are read in any case and written back", "[crypto]") {
    using Row = std::pair<std::string, KeyType>;
    const auto [word, type] = GENERATE(
        Row{"ec256", KeyType::p256}, Row{"ec384", KeyType::p384}, Row{"rsa2048", KeyType::rsa2048},
        Row{"rsa3072", KeyType::rsa3072}, Row{"rsa4096", KeyType::rsa4096});
    CHECK(crypto::parse_key_type(word) == type);
    CHECK(crypto::to_string(type) == word);
    CHECK(crypto::parse_key_type("EC256") == KeyType::p256);
    CHECK(crypto::parse_key_type("P384") == KeyType::p384);
    CHECK(crypto::parse_key_type("RSA4096") == KeyType::rsa4096);
    CHECK(crypto::parse_key_type("2048") == KeyType::rsa2048);
    for (const char* bad : {"", "ec521", "rsa1024", "rsa8192", "ed25519", "ec256 "})
        CHECK_FALSE(crypto::parse_key_type(bad).has_value());
}

TEST_CASE("a generated key has its type and its JWS algorithm", "[crypto]") {
    CHECK(test::make_key(KeyType::p256).type() == KeyType::p256);
    CHECK(test::make_key(KeyType::p384).type() == KeyType::p384);
    CHECK(test::make_key(KeyType::rsa2048).type() == KeyType::rsa2048);
    CHECK(test::make_key(KeyType::p256).jws_algorithm() == "ES256");
    CHECK(test::make_key(KeyType::p384).jws_algorithm() == "ES384");
    CHECK(test::make_key(KeyType::rsa2048).jws_algorithm() == "RS256");
}

TEST_CASE("two generated keys differ", "[crypto]") {
    CHECK(test::make_key().public_jwk() != test::make_key().public_jwk());
}

TEST_CASE("keys are written as lego writes them and read back", "[crypto]") {
    using Row = std::pair<KeyType, std::string>;
    const auto [type, label] =
        GENERATE(Row{KeyType::p256, "EC PRIVATE KEY"}, Row{KeyType::p384, "EC PRIVATE KEY"},
                 Row{KeyType::rsa2048, "RSA PRIVATE KEY"});
    const auto key = test::make_key(type);
    const base::Secret pem = key.to_pem();
    const std::string text{pem.reveal()};
    CHECK_THAT(text, StartsWith("-----BEGIN " + label + "-----\n"));
    CHECK(text.ends_with("-----END " + label + "-----\n"));
    CHECK(base::pem_blocks(text, label).size() == 1);

    const auto again = PrivateKey::parse_pem(text);
    REQUIRE(again);
    CHECK(again->type() == type);
    CHECK(again->public_jwk() == key.public_jwk());
    CHECK(again->to_pem().reveal() == text);
}

TEST_CASE("keys in PKCS#8 are read too", "[crypto]") {
    const KeyType type = GENERATE(KeyType::p256, KeyType::p384, KeyType::rsa2048);
    const auto key = test::make_key(type);
    const std::string pem = pem_of(key.native());
    CHECK_THAT(pem, StartsWith("-----BEGIN PRIVATE KEY-----\n"));
    const auto again = PrivateKey::parse_pem(pem);
    REQUIRE(again);
    CHECK(again->public_jwk() == key.public_jwk());
}

TEST_CASE("a key is found between other text, the first one counts", "[crypto]") {
    const auto key = test::make_key();
    const std::string own{key.to_pem().reveal()};
    const std::string certificate = test::make_certificate({.common_name = "x"}, key);
    const std::string parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    const std::string other{test::make_key(KeyType::p384).to_pem().reveal()};
    const auto found = PrivateKey::parse_pem(certificate + "words\n" + parameters + own + other);
    REQUIRE(found);
    CHECK(found->public_jwk() == key.public_jwk());
}

TEST_CASE("what holds no usable key is refused without showing it", "[crypto]") {
    const std::string own{test::make_key().to_pem().reveal()};
    std::string garbled = own;
    garbled.replace(garbled.find('\n') + 1, 12, "AAAAAAAAAAAA");
    const KeyPtr curve{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-521")};
    const KeyPtr small{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024})};
    const KeyPtr edwards{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
    const std::string encrypted = pem_of(test::make_key().native(), "passphrase");
    for (const std::string& pem :
         {std::string{}, std::string{"no key"}, own.substr(0, own.size() / 2), garbled,
          pem_of(curve.get()), pem_of(small.get()), pem_of(edwards.get()), encrypted}) {
        const auto key = PrivateKey::parse_pem(pem);
        REQUIRE_FALSE(key);
        CHECK(key.error().kind == ErrorKind::invalid_input);
        CHECK_THAT(key.error().message, ContainsSubstring("private key"));
        CHECK(key.error().message.size() < 120);
    }
}

TEST_CASE("a traditional key under a passphrase is refused without asking for it", "[crypto]") {
    const auto key = test::make_key();
    const BioPtr sink{BIO_new(BIO_s_mem())};
    std::string word = "passphrase";
    REQUIRE(PEM_write_bio_PrivateKey_traditional(sink.get(), key.native(), EVP_aes_128_cbc(),
                                                 reinterpret_cast<unsigned char*>(word.data()),
                                                 static_cast<int>(word.size()), nullptr,
                                                 nullptr) == 1);
    std::string pem(BIO_ctrl_pending(sink.get()), '\0');
    REQUIRE(BIO_read(sink.get(), pem.data(), static_cast<int>(pem.size())) > 0);
    const auto read = PrivateKey::parse_pem(pem);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == ErrorKind::invalid_input);
}
