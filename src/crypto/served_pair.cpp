#include "crypto/served_pair.h"

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/free_with.h"
#include "crypto/openssl_error.h"

namespace crypto {
namespace {

using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

BioPtr open_text(std::string_view text) {
    BioPtr source{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
    if (!source) throw_openssl_error("reading a certificate and its key");
    return source;
}

/// nginx would ask for it on the terminal, which it does not have.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
    return -1;
}

bool is_end_of_text() {
    const auto last = ERR_peek_last_error();
    return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
}

}  // namespace

base::Result<void> check_served_pair(std::string_view chain_pem, std::string_view key_pem) {
    const auto kind = base::ErrorKind::protocol;
    clear_openssl_errors();
    const BioPtr chain = open_text(chain_pem);
    const CertificatePtr leaf{PEM_read_bio_X509_AUX(chain.get(), nullptr, no_passphrase, nullptr)};
    if (!leaf) return take_openssl_error(kind, "the certificate cannot be read");
    while (const CertificatePtr issuer{
        PEM_read_bio_X509(chain.get(), nullptr, no_passphrase, nullptr)}) {
    }
    if (!is_end_of_text()) {
        return take_openssl_error(kind, "a certificate of the chain cannot be read");
    }
    clear_openssl_errors();
    const BioPtr source = open_text(key_pem);
    const KeyPtr key{PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr)};
    if (!key) return take_openssl_error(kind, "the key cannot be read");
    const bool fits = X509_check_private_key(leaf.get(), key.get()) == 1;
    clear_openssl_errors();
    if (!fits) return base::fail(kind, "the key does not belong to the certificate");
    return {};
}

}  // namespace crypto
