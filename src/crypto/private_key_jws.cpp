// The part of PrivateKey that speaks JOSE: signatures, JWK, thumbprint.

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "crypto/digest.h"
#include "crypto/free_with.h"
#include "crypto/octets.h"
#include "crypto/openssl_error.h"
#include "crypto/private_key.h"

namespace crypto {
namespace {

using BigNumberPtr = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using EcdsaSignaturePtr = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;

/// Octets of a coordinate, and of r and s (RFC 7518 sections 3.4 and 6.2.1.2); 0 for RSA.
std::size_t coordinate_bytes(KeyType type) {
    switch (type) {
        case KeyType::p256:
            return 32;
        case KeyType::p384:
            return 48;
        case KeyType::rsa2048:
        case KeyType::rsa3072:
        case KeyType::rsa4096:
            break;
    }
    return 0;
}

/// Big-endian, left-padded with zeros to `width`.
std::string to_padded_bytes(const BIGNUM* number, std::size_t width) {
    std::string bytes(width, '\0');
    if (BN_bn2binpad(number, octets_of(bytes), static_cast<int>(width)) < 0) {
        throw_openssl_error("writing a number");
    }
    return bytes;
}

/// A number of the public key as base64url; as short as it goes if `width` is 0 (RSA's n and e,
/// RFC 7518 section 6.3.1).
std::string public_number(const EVP_PKEY* key, const char* name, std::size_t width) {
    BIGNUM* found = nullptr;
    clear_openssl_errors();
    if (EVP_PKEY_get_bn_param(key, name, &found) != 1) {
        throw_openssl_error("reading a public key");
    }
    const BigNumberPtr number{found};
    if (width == 0) width = static_cast<std::size_t>(BN_num_bytes(number.get()));
    return base::to_base64url(to_padded_bytes(number.get(), width));
}

/// OpenSSL's SEQUENCE of r and s in the fixed width that JWS wants.
base::Result<std::string> to_fixed_width(const std::string& der, std::size_t width) {
    const auto* at = octets_of(der);
    clear_openssl_errors();
    const EcdsaSignaturePtr signature{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()))};
    if (!signature) {
        return take_openssl_error(base::ErrorKind::internal, "reading our own signature");
    }
    return to_padded_bytes(ECDSA_SIG_get0_r(signature.get()), width) +
           to_padded_bytes(ECDSA_SIG_get0_s(signature.get()), width);
}

}  // namespace

std::string_view PrivateKey::jws_algorithm() const {
    switch (type()) {
        case KeyType::p256:
            return "ES256";
        case KeyType::p384:
            return "ES384";
        case KeyType::rsa2048:
        case KeyType::rsa3072:
        case KeyType::rsa4096:
            break;
    }
    return "RS256";
}

base::Result<std::string> PrivateKey::sign_jws(std::string_view signing_input) const {
    const KeyType own_type = type();
    const EVP_MD* digest = own_type == KeyType::p384 ? EVP_sha384() : EVP_sha256();
    const auto* input = octets_of(signing_input);
    auto length = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
    std::string signature(length, '\0');

    clear_openssl_errors();
    const DigestContextPtr context{EVP_MD_CTX_new()};
    if (!context || EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), octets_of(signature), &length, input, signing_input.size()) !=
            1) {
        return take_openssl_error(base::ErrorKind::internal, "signing a request");
    }
    signature.resize(length);
    const std::size_t width = coordinate_bytes(own_type);
    if (width == 0) return signature;
    return to_fixed_width(signature, width);
}

std::string PrivateKey::public_jwk() const {
    const KeyType own_type = type();
    const std::size_t width = coordinate_bytes(own_type);
    if (width == 0) {
        return R"({"e":")" + public_number(key_.get(), OSSL_PKEY_PARAM_RSA_E, 0) +
               R"(","kty":"RSA","n":")" + public_number(key_.get(), OSSL_PKEY_PARAM_RSA_N, 0) +
               R"("})";
    }
    const std::string curve = own_type == KeyType::p256 ? "P-256" : "P-384";
    return R"({"crv":")" + curve + R"(","kty":"EC","x":")" +
           public_number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, width) + R"(","y":")" +
           public_number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, width) + R"("})";
}

std::string PrivateKey::thumbprint() const {
    return base::to_base64url(sha256(public_jwk()));
}

}  // namespace crypto
