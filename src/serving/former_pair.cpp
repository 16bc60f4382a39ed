#include "serving/former_pair.h"

#include <utility>

#include "base/file.h"
#include "ca/claim.h"
#include "serving/repair.h"
#include "tls/exchange_pair.h"

namespace serving {

std::optional<FormerPair> read_former_pair(const ca::Context& context, const ca::IssueJob& job) {
    if (!job.present.chain) return std::nullopt;
    auto key = base::read_file(context.environment.tls_root(job.app()) / "server.key");
    const auto state = context.store.read_state(job.app().text());
    if (!key || !state) return std::nullopt;
    const store::CertificateState& own = ca::own_state(*state, job);
    return FormerPair{
        {*job.present.chain, base::Secret{std::move(*key)}}, own.installed, own.covered};
}

base::Result<void> put_former_pair_back(const ca::Context& context, const ca::IssueJob& job,
                                        const FormerPair& former) {
    auto exchanged =
        tls::exchange_pair(context.environment, job.app(), ca::app_folder(context, job),
                           former.pair, job.issued->chain_pem);
    if (!exchanged) return exchanged;
    auto noted = ca::update_claimed_state(context, job, [&](store::AppState& state) {
        store::CertificateState& own = ca::own_state(state, job);
        own.installed = former.installed;
        own.covered = former.covered;
        own.verified_pair_stamp.clear();
    });
    if (!noted) return std::move(noted).error();
    if (job.present.owner != store::Owner::ours) return {};
    auto stored =
        store_pair(context, job.app(), {former.pair.chain_pem, former.pair.key_pem.clone()});
    if (!stored) context.log.warn(job.app().text() + ": " + stored.error().message);
    return {};
}

}  // namespace serving
