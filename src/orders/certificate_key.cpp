#include "orders/certificate_key.h"

#include "crypto/certificate.h"
#include "tls/certs.h"

namespace orders {
namespace {

struct CurrentKey {
    crypto::PrivateKey key;
    bool is_revoked = false;  ///< its certificate is
};

/// Is it the certificate that was revoked last? `revoke` leaves it in certs/current, without a pair
/// in `tls/`.
bool is_revoked(const ca::Context& context, const dokku::AppName& app, const base::Path& file) {
    const auto state = context.store.read_state(app.text());
    const auto pem = base::read_file(file);
    if (!state || !pem) return !state;
    const auto leaf = crypto::Certificate::parse_pem(*pem);
    return leaf && leaf->fingerprint() == state->revoked;
}

/// The key beside the certificate that is current; nothing if it cannot be read.
std::optional<CurrentKey> current_key(const ca::Context& context, const dokku::AppName& app) {
    auto files = tls::current_certificates(context.environment, app);
    const auto served = tls::served_certificate(context.environment, app);
    if (served) files.insert(files.begin(), *served);
    for (const base::Path& file : files) {
        const auto pem = base::read_file(tls::key_file_of(file));
        if (!pem) continue;
        auto key = crypto::PrivateKey::parse_pem(*pem);
        if (key) return CurrentKey{std::move(*key), is_revoked(context, app, file)};
    }
    return std::nullopt;
}

/// A window that is over at once is how a CA hints at a revocation to come (RFC 9773 section 4.2).
bool is_urgent(const ca::Context& context, const ca::IssueJob& job) {
    const auto state = context.store.read_state(job.app().text());
    if (!state || !state->renewal || job.present.fingerprint.empty()) return false;
    const store::RenewalPlan& plan = *state->renewal;
    return plan.fingerprint == job.present.fingerprint && plan.end &&
           *plan.end <= context.clock.now();
}

}  // namespace

base::Result<crypto::PrivateKey> new_certificate_key(const ca::Context& context,
                                                     const ca::IssueJob& job) {
    const ca::LegoOptions& options = job.lego();
    auto current = current_key(context, job.app());
    const auto type =
        options.key_type.value_or(current ? current->key.type() : crypto::KeyType::p256);
    // Why a certificate was revoked is not known for sure: perhaps others have its key.
    const bool reuse = options.reuse_key && !job.present.is_revoked && !is_urgent(context, job) &&
                       current && !current->is_revoked;
    if (reuse && current->key.type() == type) return std::move(current->key);
    return crypto::PrivateKey::generate(type);
}

}  // namespace orders
