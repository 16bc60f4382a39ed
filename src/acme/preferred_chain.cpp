#include "acme/preferred_chain.h"

#include <utility>

#include "crypto/certificate.h"

namespace acme {
namespace {

bool ends_at(const IssuedCertificate& certificate, const std::string& issuer) {
    const auto chain = crypto::parse_chain_pem(certificate.chain_pem);
    return chain && chain->back().issuer_common_name() == issuer;
}

}  // namespace

Outcome<bool> prefer_chain(Client& client, IssuedCertificate& certificate,
                           const std::string& issuer) {
    if (ends_at(certificate, issuer)) return true;
    for (const std::string& url : certificate.alternates) {
        auto other = fetch_certificate(client, url);
        if (!other) return other.error();
        if (!ends_at(*other, issuer)) continue;
        certificate.chain_pem = std::move(other->chain_pem);
        return true;
    }
    return false;
}

}  // namespace acme
