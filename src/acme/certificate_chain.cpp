#include "acme/certificate_chain.h"

#include <string_view>
#include <utility>

#include "acme/unusable_answer.h"
#include "base/pem.h"
#include "http/link.h"

namespace acme {
namespace {

constexpr auto kPemChain = "application/pem-certificate-chain";

/// The certificates alone: RFC 8555 section 9.1 allows no text around them, and what goes into
/// `tls/` is not to have any.
std::string certificates_in(std::string_view body) {
    std::string chain;
    for (const std::string_view block : base::pem_blocks(body, "CERTIFICATE"))
        chain.append(block).append("\n");
    return chain;
}

}  // namespace

async::Task<Outcome<IssuedCertificate>> fetch_certificate(Client& client, std::string url) {
    const auto response = co_await client.post_as_get(url, kPemChain);
    if (!response) {
        co_return outcome_of<IssuedCertificate>(RequestKind::certificate, response.error());
    }
    IssuedCertificate certificate;
    certificate.chain_pem = certificates_in(response->body);
    if (certificate.chain_pem.empty()) {
        co_return not_acme(*response, "a PEM certificate chain", client.name(), url);
    }
    certificate.url = url;
    certificate.alternates = http::links(*response, "alternate", url);
    co_return certificate;
}

}  // namespace acme
