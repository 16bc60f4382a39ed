#include "lifecycle/certificate_key.h"

#include "dokku/certs.h"

namespace lifecycle {
namespace {

/// The key beside the certificate that is current; nothing if it cannot be read.
std::optional<crypto::PrivateKey> current_key(const Context& context, const dokku::AppName& app) {
    auto files = dokku::current_certificates(context.environment, app);
    const auto served = dokku::served_certificate(context.environment, app);
    if (served) files.insert(files.begin(), *served);
    for (const base::Path& file : files) {
        const auto pem = base::read_file(dokku::key_file_of(file));
        if (!pem) continue;
        auto key = crypto::PrivateKey::parse_pem(*pem);
        if (key) return std::move(*key);
    }
    return std::nullopt;
}

}  // namespace

base::Result<crypto::PrivateKey> new_certificate_key(const Context& context, const IssueJob& job) {
    const LegoOptions& options = job.options.lego;
    if (options.reuse_key) {
        auto key = current_key(context, job.app);
        if (key && key->type() == options.key_type.value_or(key->type())) return std::move(*key);
    }
    return crypto::PrivateKey::generate(options.key_type.value_or(crypto::KeyType::p256));
}

}  // namespace lifecycle
