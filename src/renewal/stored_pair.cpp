#include "renewal/stored_pair.h"

#include "base/file.h"
#include "crypto/served_pair.h"
#include "renewal/renewal_plan.h"
#include "tls/certs.h"

namespace renewal {
namespace {

/// A chain with the key beside it, if nginx would load them.
std::optional<StoredPair> read_pair(const base::Path& chain_file) {
    auto chain_pem = base::read_file(chain_file);
    if (!chain_pem) return std::nullopt;
    auto key_pem = base::read_file(tls::key_file_of(chain_file));
    if (!key_pem) return std::nullopt;
    base::Secret key{std::move(*key_pem)};
    if (!crypto::check_served_pair(*chain_pem, key.reveal())) return std::nullopt;
    auto chain = crypto::parse_chain_pem(*chain_pem);
    if (!chain) return std::nullopt;
    return StoredPair{std::move(*chain), std::move(*chain_pem), std::move(key)};
}

/// Where the other form is of another certificate, lego has renewed since.
bool is_complete(const StoredPair& pair, const base::Path& other_form) {
    const auto chain_pem = base::read_file(other_form);
    if (!chain_pem || !tls::same_leaf(*chain_pem, pair.chain_pem)) return true;
    return read_pair(other_form).has_value();
}

}  // namespace

std::optional<StoredPair> find_stored_pair(const dokku::Environment& environment,
                                           const dokku::AppName& app) {
    auto files = tls::current_certificates(environment, app);
    const base::Path other_form = files.back();  // fullchain.pem
    files.pop_back();
    std::optional<StoredPair> best;
    for (const base::Path& file : files) {
        auto pair = read_pair(file);
        if (!pair || !is_complete(*pair, other_form)) continue;
        const bool lasts_longer =
            !best || best->chain.front().not_after() < pair->chain.front().not_after();
        if (lasts_longer) best = std::move(pair);
    }
    return best;
}

bool is_in_time(const StoredPair& pair, base::UtcTime now) {
    const crypto::Certificate& leaf = pair.chain.front();
    return leaf.not_before() <= now && now < leaf.not_after();
}

bool is_known_revoked(const store::AppState& state, const crypto::Certificate& leaf,
                      base::UtcTime now) {
    const std::string fingerprint = leaf.fingerprint();
    if (state.revoked == fingerprint) return true;
    if (!state.renewal || state.renewal->fingerprint != fingerprint || !state.renewal->end) {
        return false;
    }
    return is_called_back({leaf.not_before(), leaf.not_after()}, *state.renewal->end, now);
}

}  // namespace renewal
