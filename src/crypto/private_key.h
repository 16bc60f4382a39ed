#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

struct evp_pkey_st;  // EVP_PKEY: only .cpp files of this room see OpenSSL

namespace crypto {

enum class KeyType { p256, p384, rsa2048, rsa3072, rsa4096 };

/// lego's words: ec256, ec384, rsa2048, rsa3072, rsa4096 (any case; P256 and P384 too).
std::optional<KeyType> parse_key_type(std::string_view word);

/// lego's word for it.
std::string_view to_string(KeyType type);

/// A private key of an account or a certificate. Movable, not copyable; freed and wiped by OpenSSL.
class PrivateKey {
  public:
    /// `internal` if OpenSSL makes none.
    static base::Result<PrivateKey> generate(KeyType type);

    /// SEC1 `EC PRIVATE KEY`, PKCS#1 `RSA PRIVATE KEY` or PKCS#8 `PRIVATE KEY`, unencrypted.
    /// Fails with `invalid_input`, also for a type that is no KeyType. The key never is in the
    /// error.
    static base::Result<PrivateKey> parse_pem(std::string_view pem);

    /// SEC1 or PKCS#1, as lego writes them (docs/dokku.md 10.7).
    base::Secret to_pem() const;

    KeyType type() const;

    /// JWS `alg` (RFC 7518 section 3.1): ES256, ES384 or RS256.
    std::string_view jws_algorithm() const;

    /// Signature in JWS form: r and s left-padded to the curve's size (RFC 7518 section 3.4), or
    /// PKCS#1 v1.5. `internal` if OpenSSL cannot sign.
    base::Result<std::string> sign_jws(std::string_view signing_input) const;

    /// The public key as a JWK with its required members in lexicographic order and no white space,
    /// which is also the input of the thumbprint (RFC 7638 section 3.2).
    std::string public_jwk() const;

    /// base64url of the SHA-256 of public_jwk().
    std::string thumbprint() const;

    evp_pkey_st* native() const noexcept { return key_.get(); }

  private:
    struct Free {
        void operator()(evp_pkey_st* key) const noexcept;
    };
    explicit PrivateKey(evp_pkey_st* owned) : key_(owned) {}

    std::unique_ptr<evp_pkey_st, Free> key_;
};

}  // namespace crypto
