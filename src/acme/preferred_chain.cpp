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

async::Task<Outcome<IssuedCertificate>> fetch_alternate(Client& client, std::string url,
                                                        std::string usual) {
    if (!http::is_weaker(url, usual)) co_return co_await fetch_certificate(client, url);
    co_return fail(base::ErrorKind::protocol, "It is not https: " + base::printable(url), url);
}

}  // namespace

async::Task<Outcome<bool>> prefer_chain(Client& client, IssuedCertificate& certificate,
                                        std::string issuer) {
    if (ends_at(certificate, issuer)) co_return true;
    std::optional<Failure> failure;
    for (const std::string& url : certificate.alternates) {
        auto other = co_await fetch_alternate(client, url, certificate.url);
        if (other && ends_at(*other, issuer)) {
            certificate.chain_pem = std::move(other->chain_pem);
            co_return true;
        }
        if (other) continue;
        failure = std::move(other).error();
        if (failure->unanswered()) break;  // each further one would cost that patience again
    }
    if (failure) co_return std::move(*failure);
    co_return false;
}

}  // namespace acme
