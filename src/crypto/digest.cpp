#include "crypto/digest.h"

#include <array>

#include <openssl/evp.h>

#include "base/text.h"
#include "crypto/octets.h"
#include "crypto/openssl_error.h"

namespace crypto {
namespace {

using DigestBytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string to_string(const DigestBytes& bytes, std::size_t length) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)};
}

std::string digest(std::string_view bytes, const EVP_MD* algorithm) {
    DigestBytes result{};
    unsigned int length = 0;
    clear_openssl_errors();
    if (EVP_Digest(bytes.data(), bytes.size(), result.data(), &length, algorithm, nullptr) != 1) {
        throw_openssl_error("computing a digest");
    }
    return to_string(result, length);
}

std::string hmac(std::string_view key, std::string_view bytes, const char* hash) {
    DigestBytes result{};
    std::size_t length = 0;
    // OpenSSL takes a null key for "keep the former one", so an empty view still needs an address.
    const char* key_bytes = key.empty() ? "" : key.data();
    const std::string text{bytes};
    clear_openssl_errors();
    if (EVP_Q_mac(nullptr, "HMAC", nullptr, hash, nullptr, key_bytes, key.size(), octets_of(text),
                  text.size(), result.data(), result.size(), &length) == nullptr) {
        throw_openssl_error("computing an HMAC");
    }
    return to_string(result, length);
}

}  // namespace

std::string sha256(std::string_view bytes) {
    return digest(bytes, EVP_sha256());
}

std::string sha1_hex(std::string_view bytes) {
    return base::to_hex(digest(bytes, EVP_sha1()));
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    return hmac(key, bytes, "SHA256");
}

std::string hmac_sha384(std::string_view key, std::string_view bytes) {
    return hmac(key, bytes, "SHA384");
}

std::string hmac_sha512(std::string_view key, std::string_view bytes) {
    return hmac(key, bytes, "SHA512");
}

}  // namespace crypto
