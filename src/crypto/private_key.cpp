#include "crypto/private_key.h"

#include <array>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/pem.h"
#include "base/text.h"
#include "crypto/free_with.h"
#include "crypto/openssl_error.h"

namespace crypto {
namespace {

using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

struct KeyTypeRow {
    KeyType type;
    std::string_view word;   ///< lego's
    std::string_view alias;  ///< also understood
    const char* curve;       ///< OpenSSL's name of the group; null for RSA
    std::size_t bits;
};

constexpr std::array<KeyTypeRow, 5> kKeyTypes{{
    {KeyType::p256, "ec256", "p256", "P-256", 256},
    {KeyType::p384, "ec384", "p384", "P-384", 384},
    {KeyType::rsa2048, "rsa2048", "2048", nullptr, 2048},
    {KeyType::rsa3072, "rsa3072", "3072", nullptr, 3072},
    {KeyType::rsa4096, "rsa4096", "4096", nullptr, 4096},
}};

const KeyTypeRow& row_of(KeyType type) {
    return kKeyTypes.at(static_cast<std::size_t>(type));
}

std::optional<KeyType> type_of(const EVP_PKEY* key) {
    const bool is_rsa = EVP_PKEY_is_a(key, "RSA") == 1;
    if (!is_rsa && EVP_PKEY_is_a(key, "EC") != 1) return std::nullopt;
    std::array<char, 64> group{};
    // A key with explicit curve parameters has no group name and is refused.
    if (!is_rsa && EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) {
        return std::nullopt;
    }
    const std::string_view name = group.data();
    const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(key));
    for (const KeyTypeRow& row : kKeyTypes) {
        const bool curve_fits =
            row.curve != nullptr &&
            (name == row.curve || (row.type == KeyType::p256 && name == "prime256v1") ||
             (row.type == KeyType::p384 && name == "secp384r1"));
        if (is_rsa ? row.curve == nullptr && row.bits == bits : curve_fits) return row.type;
    }
    return std::nullopt;
}

/// Without it OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
    return -1;
}

std::string_view first_key_block(std::string_view pem) {
    std::string_view first;
    for (const std::string_view label : {"EC PRIVATE KEY", "RSA PRIVATE KEY", "PRIVATE KEY"}) {
        const auto blocks = base::pem_blocks(pem, label);
        if (blocks.empty()) continue;
        if (first.empty() || blocks.front().data() < first.data()) first = blocks.front();
    }
    return first;
}

}  // namespace

std::optional<KeyType> parse_key_type(std::string_view word) {
    const std::string lower = base::to_lower(word);
    for (const KeyTypeRow& row : kKeyTypes) {
        if (lower == row.word || lower == row.alias) return row.type;
    }
    return std::nullopt;
}

std::string_view to_string(KeyType type) {
    return row_of(type).word;
}

void PrivateKey::Free::operator()(evp_pkey_st* key) const noexcept {
    EVP_PKEY_free(key);
}

base::Result<PrivateKey> PrivateKey::generate(KeyType type) {
    const KeyTypeRow& row = row_of(type);
    clear_openssl_errors();
    PrivateKey key{row.curve != nullptr ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", row.curve)
                                        : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", row.bits)};
    if (!key.key_) {
        return take_openssl_error(base::ErrorKind::internal,
                                  "generating a key of type " + std::string{row.word});
    }
    return key;
}

base::Result<PrivateKey> PrivateKey::parse_pem(std::string_view pem) {
    const std::string_view block = first_key_block(pem);
    if (block.empty()) {
        return base::fail(base::ErrorKind::invalid_input,
                          "no unencrypted private key in PEM form was found");
    }
    clear_openssl_errors();
    const BioPtr source{BIO_new_mem_buf(block.data(), static_cast<int>(block.size()))};
    if (!source) throw_openssl_error("reading a private key");
    PrivateKey key{PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr)};
    if (!key.key_) {
        return take_openssl_error(base::ErrorKind::invalid_input, "the private key cannot be read");
    }
    if (!type_of(key.native())) {
        return base::fail(base::ErrorKind::invalid_input,
                          "the private key is none of ec256, ec384, rsa2048, rsa3072, rsa4096");
    }
    return key;
}

base::Secret PrivateKey::to_pem() const {
    clear_openssl_errors();
    // The memory of this BIO is wiped when it grows and when it goes.
    const BioPtr sink{BIO_new(BIO_s_secmem())};
    if (!sink || PEM_write_bio_PrivateKey_traditional(sink.get(), key_.get(), nullptr, nullptr, 0,
                                                      nullptr, nullptr) != 1) {
        throw_openssl_error("writing a private key");
    }
    std::string pem(BIO_ctrl_pending(sink.get()), '\0');
    if (BIO_read(sink.get(), pem.data(), static_cast<int>(pem.size())) !=
        static_cast<int>(pem.size())) {
        throw_openssl_error("writing a private key");
    }
    return base::Secret{std::move(pem)};
}

KeyType PrivateKey::type() const {
    const auto type = type_of(key_.get());
    if (!type) throw_openssl_error("telling the type of a private key");
    return *type;
}

}  // namespace crypto
