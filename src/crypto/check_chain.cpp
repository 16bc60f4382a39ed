// What must hold before a chain goes live; the rest of certificate.h is in certificate.cpp.

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "crypto/certificate.h"
#include "crypto/openssl_error.h"

namespace crypto {
namespace {

base::Unexpected<base::Error> broken(const std::string& message) {
    return base::fail(base::ErrorKind::protocol, message);
}

base::Result<void> check_dates(const Certificate& leaf, base::UtcTime now) {
    if (leaf.not_after() <= now) {
        return broken("the certificate expired at " + base::to_readable(leaf.not_after()));
    }
    if (leaf.not_before() > now + kClockSkew) {
        return broken("the certificate is not valid before " +
                      base::to_readable(leaf.not_before()) + "; is this host's clock right?");
    }
    return {};
}

/// Name, key identifier and key usage must fit, and the signature.
bool is_signed_by(const Certificate& certificate, const Certificate& issuer) {
    clear_openssl_errors();
    EVP_PKEY* key = X509_get0_pubkey(issuer.native());
    const bool fits = key != nullptr &&
                      X509_check_issued(issuer.native(), certificate.native()) == X509_V_OK &&
                      X509_verify(certificate.native(), key) == 1;
    clear_openssl_errors();  // a wrong signature leaves an entry behind
    return fits;
}

std::string shown(const std::string& name) {
    return name.empty() ? "without common name" : "\"" + base::printable(name, 100) + "\"";
}

}  // namespace

base::Result<void> check_chain(const CertificateChain& chain, const PrivateKey& key,
                               const std::vector<std::string>& names, base::UtcTime now) {
    if (chain.empty()) return broken("the chain has no certificate");
    const Certificate& leaf = chain.front();
    if (!leaf.belongs_to(key)) {
        return broken("the first certificate of the chain was not made for the private key");
    }
    for (const std::string& name : names) {
        if (!leaf.covers(name)) {
            return broken("the certificate does not cover " + base::printable(name));
        }
    }
    if (auto dates = check_dates(leaf, now); !dates) return dates;
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        if (X509_check_ca(chain[i + 1].native()) == 0) {
            return broken("certificate " + std::to_string(i + 2) + " of the chain (" +
                          shown(chain[i + 1].subject_common_name()) + ") is not an authority's");
        }
        if (is_signed_by(chain[i], chain[i + 1])) continue;
        return broken("certificate " + std::to_string(i + 1) + " of the chain (issued by " +
                      shown(chain[i].issuer_common_name()) + ") is not signed by the next (" +
                      shown(chain[i + 1].subject_common_name()) + ")");
    }
    return {};
}

}  // namespace crypto
