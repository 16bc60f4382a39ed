#include "acme/certificate_chain.h"

#include <string_view>
#include <utility>

#include "acme/unusable_answer.h"
#include "base/pem.h"
#include "http/link.h"

namespace acme {
namespace {

constexpr std::string_view kPemChain = "application/pem-certificate-chain";

/// The certificates alone: RFC 8555 section 9.1 allows no text around them, and what goes into
/// `tls/` is not to have any.
std::string certificates_in(std::string_view body) {
    std::string chain;
    for (const std::string_view block : base::pem_blocks(body, "CERTIFICATE"))
        chain.append(block).append("\n");
    return chain;
}

}  // namespace

Outcome<IssuedCertificate> fetch_certificate(Client& client, const std::string& url) {
    auto response = outcome_of(RequestKind::certificate, client.post_as_get(url, kPemChain));
    if (!response) return std::move(response).error();
    IssuedCertificate certificate;
    certificate.chain_pem = certificates_in(response->body);
    if (certificate.chain_pem.empty()) {
        return not_acme(*response, "a PEM certificate chain", client.name(), url);
    }
    certificate.url = url;
    certificate.alternates = http::links(*response, "alternate", url);
    return certificate;
}

}  // namespace acme
