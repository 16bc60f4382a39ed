#include "renewal/certificate_note.h"

#include "base/file.h"
#include "tls/certs.h"

namespace renewal {

void record_installed(store::AppState& state, const crypto::Certificate& leaf,
                      const std::string& server) {
    std::string fingerprint = leaf.fingerprint();
    if (state.installed && state.installed->fingerprint == fingerprint) return;
    // Taken over from the official plugin by a run that came before `install`.
    const bool is_unknown = !state.installed && !state.last_attempt && state.names.empty();
    if (is_unknown && !state.switched_off) state.enabled = true;
    state.installed = store::InstalledPair{std::move(fingerprint),
                                           store::Owner::ours,
                                           leaf.not_after(),
                                           leaf.not_before(),
                                           server,
                                           ""};
    state.next_crl_check = first_look_at_lists(leaf);
}

std::optional<base::UtcTime> first_look_at_lists(const crypto::Certificate& leaf) {
    if (leaf.crl_urls().empty()) return leaf.not_after();
    return std::nullopt;
}

bool note_about(const ca::Context& context, const dokku::AppName& app, std::string_view chain_pem,
                const std::function<void(store::AppState&)>& change) {
    bool written = false;
    // Looked at under the state's lock: who installs, renames or destroys comes to the state after
    // the files.
    const auto kept = context.store.update_state_if(app.text(), [&](store::AppState& state) {
        const auto now = base::read_file(context.environment.tls_root(app) / "server.crt");
        written = now && tls::same_leaf(*now, chain_pem);
        if (written) change(state);
        return written;
    });
    if (!kept) context.log.warn(kept.error().message);
    return kept && written;
}

}  // namespace renewal
