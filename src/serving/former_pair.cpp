#include "serving/former_pair.h"

#include <utility>

#include "base/file.h"
#include "ca/claim.h"
#include "serving/repair.h"
#include "tls/exchange_pair.h"

namespace serving {

std::optional<FormerPair> read_former_pair(const ca::Context& context, const ca::IssueJob& job) {
    if (!job.live_chain) return std::nullopt;
    auto key = base::read_file(context.environment.tls_root(job.app) / "server.key");
    const auto state = context.store.read_state(job.app.text());
    if (!key || !state) return std::nullopt;
    return FormerPair{
        {*job.live_chain, base::Secret{std::move(*key)}}, state->installed, state->covered};
}

base::Result<void> put_former_pair_back(const ca::Context& context, const ca::IssueJob& job,
                                        const FormerPair& former) {
    auto exchanged = tls::exchange_pair(context.environment, job.app, ca::app_folder(context, job),
                                        former.pair, job.issued->chain_pem);
    if (!exchanged) return exchanged;
    auto noted = ca::update_claimed_state(context, job, [&](store::AppState& state) {
        state.installed = former.installed;
        state.covered = former.covered;
        state.verified_pair_stamp.clear();
    });
    if (!noted) return std::move(noted).error();
    if (job.pair_owner != store::Owner::ours) return {};
    auto stored =
        store_pair(context, job.app, {former.pair.chain_pem, former.pair.key_pem.clone()});
    if (!stored) context.log.warn(job.app.text() + ": " + stored.error().message);
    return {};
}

}  // namespace serving
