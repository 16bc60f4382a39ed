#include "orders/early_certificate.h"

#include "ca/claim.h"
#include "crypto/certificate.h"

namespace orders {
namespace {

async::Task<bool> is_still_good(renewal::CaInquiries& inquiries, const ca::IssueJob& job) {
    const std::string& pem = job.issued->chain_pem;
    auto chain = crypto::parse_chain_pem(pem);
    if (!chain) co_return false;
    const renewal::StoredPair pair{std::move(*chain), pem, base::Secret{}};
    const bool was_revoked = co_await inquiries.was_revoked(job.app(), pair);
    co_return !was_revoked;
}

/// Of the journal only that the app is at work stays: another is ordered.
void drop(const ca::Context& context, ca::IssueJob& job, const store::RunningOrder& order) {
    job.key.reset();
    job.issued.reset();
    const auto kept = ca::update_claimed_state(context, job, [&](store::AppState& state) {
        ca::own_state(state, job).order = store::RunningOrder{
            "", order.directory_url, "", order.hash, order.names, base::Secret{}};
    });
    if (!kept) context.log.warn(kept.error().message);
}

}  // namespace

std::optional<base::UtcTime> installable_from(const ca::Context& context, const ca::IssueJob& job) {
    const auto leaf = crypto::Certificate::parse_pem(job.issued->chain_pem);
    if (!leaf) return std::nullopt;
    const base::UtcTime from = leaf->not_before() - crypto::kClockSkew;
    if (from <= context.clock.now()) return std::nullopt;
    return from;
}

base::Result<void> keep_until(const ca::Context& context, ca::IssueJob& job, base::UtcTime from) {
    auto kept = ca::update_claimed_state(context, job, [&](store::AppState& state) {
        auto& order = ca::own_state(state, job).order;
        if (!order) return;
        order->chain_pem = job.issued->chain_pem;
        order->certificate_url = job.issued->url;
        order->key_pem = job.key->to_pem();
    });
    if (!kept) return std::move(kept).error();
    job.fail(
        store::cause::kClock,
        {base::ErrorKind::rejected,
         "The CA has issued a certificate that is not valid before " +
             base::to_readable(from + crypto::kClockSkew) +
             " by this host's clock, which is behind; it is kept and installed then",
         from,
         {"Set the clock right (timedatectl); then: dokku letsencrypt:retry " + job.app().text()}});
    return {};
}

async::Task<bool> use_early_certificate(renewal::CaInquiries& inquiries, ca::IssueJob& job) {
    const ca::Context& context = inquiries.context();
    const auto state = context.store.read_state(job.app().text());
    if (!state) co_return false;
    const auto& journal = ca::own_state(*state, job).order;
    if (!journal || journal->chain_pem.empty()) co_return false;
    const store::RunningOrder& order = *journal;
    if (order.hash != job.wanted().hash || order.names != ca::to_texts(job.names.ordered) ||
        order.directory_url != job.ca.server) {
        co_return false;
    }
    auto key = crypto::PrivateKey::parse_pem(order.key_pem.reveal());
    if (!key) co_return false;
    job.key = std::move(*key);
    job.issued = acme::IssuedCertificate{};
    job.issued->chain_pem = order.chain_pem;
    job.issued->url = order.certificate_url;
    if (installable_from(context, job)) co_return true;
    const bool is_good = co_await is_still_good(inquiries, job);
    if (is_good) co_return true;
    drop(context, job, order);
    co_return false;
}

}  // namespace orders
