#include "acme/preferred_chain.h"

#include <optional>
#include <utility>

#include "base/text.h"
#include "crypto/certificate.h"
#include "http/link.h"

namespace acme {
namespace {

bool ends_at(const IssuedCertificate& certificate, const std::string& issuer) {
    const auto chain = crypto::parse_chain_pem(certificate.chain_pem);
    return chain && chain->back().issuer_common_name() == issuer;
}

Outcome<IssuedCertificate> fetch_alternate(Client& client, const std::string& url,
                                           const std::string& usual) {
    if (!http::is_weaker(url, usual)) return fetch_certificate(client, url);
    return fail(base::ErrorKind::protocol, "It is not https: " + base::printable(url), url);
}

}  // namespace

Outcome<bool> prefer_chain(Client& client, IssuedCertificate& certificate,
                           const std::string& issuer) {
    if (ends_at(certificate, issuer)) return true;
    std::optional<Failure> failure;
    for (const std::string& url : certificate.alternates) {
        auto other = fetch_alternate(client, url, certificate.url);
        if (other && ends_at(*other, issuer)) {
            certificate.chain_pem = std::move(other->chain_pem);
            return true;
        }
        if (other) continue;
        failure = std::move(other).error();
        if (failure->unanswered()) break;  // each further one would cost that patience again
    }
    if (failure) return std::move(*failure);
    return false;
}

}  // namespace acme
