#include "http/trust_store.h"

#include <cstdlib>

#include "base/file.h"
#include "base/pem.h"
#include "base/text.h"

namespace http {
namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no threads
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

}  // namespace

TrustStore TrustStore::from_environment() {
    TrustStore trust;
    for (const std::string_view file : base::split(environment("LEGO_CA_CERTIFICATES"), ':')) {
        if (!file.empty()) trust.extra_pem_files.emplace_back(file);
    }
    const std::string_view file = environment("SSL_CERT_FILE");
    if (!file.empty()) trust.extra_pem_files.emplace_back(file);
    return trust;
}

base::Result<std::string> read_trust(const TrustStore& trust, const std::string& system_bundle) {
    std::string bundle;
    if (auto system = base::read_file(system_bundle); system) bundle = std::move(*system);
    for (const std::string& file : trust.extra_pem_files) {
        const auto text = base::read_file(file);
        if (!text) {
            return base::fail(base::ErrorKind::invalid_input, text.error().message,
                              {"The file was named by LEGO_CA_CERTIFICATES or SSL_CERT_FILE."});
        }
        if (base::first_certificate(*text).empty()) {
            return base::fail(base::ErrorKind::invalid_input,
                              base::printable(file) + " holds no certificate in PEM form",
                              {"The file was named by LEGO_CA_CERTIFICATES or SSL_CERT_FILE."});
        }
        bundle += '\n';
        bundle += *text;
    }
    return bundle;
}

}  // namespace http
