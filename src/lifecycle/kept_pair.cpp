#include "lifecycle/kept_pair.h"

#include "crypto/certificate.h"
#include "dokku/certs.h"
#include "lifecycle/policy.h"

namespace lifecycle {
namespace {

/// The certificate in certs/current and its key's file.
struct KeptPair {
    std::string chain_pem;
    base::Path key_file;
};

std::optional<KeptPair> find_kept_pair(const Context& context, const dokku::AppName& app) {
    for (const base::Path& file : dokku::current_certificates(context.environment, app)) {
        auto chain = base::read_file(file);
        if (chain) return KeptPair{std::move(*chain), dokku::key_file_of(file)};
    }
    return std::nullopt;
}

bool is_due(const Context& context, const dokku::Settings& settings, const std::string& chain_pem) {
    const auto dates = base::read_certificate_dates(chain_pem);
    if (!dates) return true;
    const auto graceperiod = settings.set_graceperiod();
    return renewal_time({*dates, graceperiod, true, std::nullopt}).at < context.clock.now();
}

}  // namespace

bool is_unused_due(const Context& context, const dokku::AppName& app) {
    const auto settings = dokku::read_settings(context.environment, app);
    if (!settings || !settings->renews_unused()) return false;
    const auto state = context.store.read_state(app.text());
    if (!state || !state->enabled) return false;
    const auto kept = find_kept_pair(context, app);
    return kept && is_due(context, *settings, kept->chain_pem);
}

bool take_up_kept_pair(const Context& context, IssueJob& job) {
    if (job.predecessor == Predecessor::ours || job.interrupted) return false;
    // One of another configuration may be of a staging CA.
    std::error_code error;
    const base::Path current = context.environment.certs_root(job.app) / "current";
    if (std::filesystem::read_symlink(current, error).filename() != job.hash) return false;
    const auto kept = find_kept_pair(context, job.app);
    if (!kept || is_due(context, job.settings, kept->chain_pem)) return false;
    const auto key_pem = base::read_file(kept->key_file);
    if (!key_pem) return false;
    auto key = crypto::PrivateKey::parse_pem(*key_pem);
    const auto chain = crypto::parse_chain_pem(kept->chain_pem);
    if (!key || !chain) return false;
    const auto state = context.store.read_state(job.app.text());
    if (!state || state->revoked == chain->front().fingerprint()) return false;
    const auto names = to_texts(job.names);
    if (chain->front().names().size() != names.size()) return false;
    if (!crypto::check_chain(*chain, *key, names, context.clock.now())) return false;
    job.key = std::move(*key);
    job.issued = acme::IssuedCertificate{};
    job.issued->chain_pem = kept->chain_pem;
    return true;
}

}  // namespace lifecycle
