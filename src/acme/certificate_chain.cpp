#include "acme/certificate_chain.h"

#include <utility>

#include "base/pem.h"
#include "base/text.h"
#include "http/link.h"

namespace acme {
namespace {

constexpr std::string_view kPemChain = "application/pem-certificate-chain";

}  // namespace

Outcome<IssuedCertificate> fetch_certificate(Client& client, const std::string& url) {
    auto response = client.post_as_get(url, kPemChain);
    if (!response) return std::move(response).error();
    const std::string_view type = response->header("content-type").value_or("");
    const std::string media_type = base::to_lower(base::trim(type.substr(0, type.find(';'))));
    if (media_type != kPemChain || base::first_certificate(response->body).empty()) {
        return not_acme(*response, "a PEM certificate chain", client.name(), url);
    }
    IssuedCertificate certificate;
    certificate.url = url;
    certificate.alternates = http::links(*response, "alternate", url);
    certificate.chain_pem = std::move(response->body);
    return certificate;
}

}  // namespace acme
