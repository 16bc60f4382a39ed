#include "renewal/standby_pair.h"

#include "crypto/certificate.h"
#include "renewal/rule.h"
#include "renewal/stored_pair.h"
#include "settings/read_settings.h"
#include "tls/certs.h"

namespace renewal {
namespace {

bool is_due(const ca::Context& context, const settings::Settings& settings,
            const std::string& chain_pem) {
    const auto dates = base::read_certificate_dates(chain_pem);
    if (!dates) return true;
    const auto graceperiod = settings.set_graceperiod();
    return renewal_time({*dates, graceperiod, true, std::nullopt}).at < context.clock.now();
}

}  // namespace

bool is_unused_due(const ca::Context& context, const dokku::AppName& app) {
    const auto settings = settings::read_settings(context.environment, app);
    if (!settings || !settings->renews_unused()) return false;
    const auto state = context.store.read_state(app.text());
    if (!state || !state->enabled) return false;
    const auto kept = find_stored_pair(context.environment, app);
    return kept && (is_due(context, *settings, kept->chain_pem) ||
                    is_known_revoked(*state, kept->chain.front(), context.clock.now()));
}

async::Task<bool> use_standby_pair(CaInquiries& inquiries, ca::IssueJob& job) {
    const ca::Context& context = inquiries.context();
    if (job.present.owner == store::Owner::ours || job.present.has_journal) co_return false;
    // One of another configuration may be of a staging CA.
    std::error_code error;
    const base::Path current = context.environment.certs_root(job.app()) / "current";
    if (std::filesystem::read_symlink(current, error).filename() != job.wanted().hash)
        co_return false;
    auto kept = find_stored_pair(context.environment, job.app());
    if (!kept || is_due(context, job.settings(), kept->chain_pem)) co_return false;
    auto key = crypto::PrivateKey::parse_pem(kept->key_pem.reveal());
    if (!key) co_return false;
    const auto names = ca::to_texts(job.names.ordered);
    if (kept->chain.front().names().size() != names.size()) co_return false;
    if (!crypto::check_chain(kept->chain, *key, names, context.clock.now())) co_return false;
    const bool was_revoked = co_await inquiries.was_revoked(job.app(), *kept);
    if (was_revoked) co_return false;
    job.key = std::move(*key);
    job.issued = acme::IssuedCertificate{};
    job.issued->chain_pem = std::move(kept->chain_pem);
    co_return true;
}

}  // namespace renewal
