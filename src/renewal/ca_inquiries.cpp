#include "renewal/ca_inquiries.h"

#include "ca/replaced_certificate.h"

namespace renewal {

CaInquiries::CaInquiries(ca::Context& context)
    : context_(context),
      deadline_(context.clock.monotonic() + std::chrono::minutes{15}),
      inquiry_(context, kInquiryPause),
      watch_(context) {}

bool CaInquiries::ask(const dokku::AppName& app, const tls::CertificateStatus& status,
                      const store::AppState& state) {
    if (is_over()) return false;
    const bool asked = inquiry_.ask_if_due(app, status, state);
    return watch_.check_if_due(app, status, state) || asked;
}

/// A window that was moved, and is over, says it late in a certificate's life as well.
bool CaInquiries::is_called_back(const store::AppState& state, const std::string& server,
                                 const crypto::Certificate& leaf) {
    const auto window = inquiry_.window_of(server, leaf);
    if (!window) return false;
    const base::UtcTime now = context_.clock.now();
    const bool was_moved = state.renewal && state.renewal->fingerprint == leaf.fingerprint() &&
                           state.renewal->start && *state.renewal->start != window->start;
    return (was_moved && window->end <= now) ||
           renewal::is_called_back({leaf.not_before(), leaf.not_after()}, window->end, now);
}

bool CaInquiries::was_revoked(const dokku::AppName& app, const StoredPair& pair) {
    const crypto::Certificate& leaf = pair.chain.front();
    const auto state = context_.store.read_state(app.text());
    // Without the state it is not known what its CA has answered before.
    if (!state || is_known_revoked(*state, leaf, context_.clock.now())) return true;
    if (is_over()) return false;
    const auto listed = watch_.look_up(pair.chain);
    const bool is_listed = listed && *listed;
    if (!is_listed && !is_called_back(*state, ca::issuing_server(context_, app, *state), leaf)) {
        return false;
    }
    const auto kept = context_.store.update_existing_state(
        app.text(), [&](store::AppState& changed) { changed.revoked = leaf.fingerprint(); });
    if (!kept) context_.log.warn(kept.error().message);
    context_.log.warn(app.text() +
                      ": the CA has revoked the certificate that is kept on this host; it is not "
                      "used again");
    return true;
}

}  // namespace renewal
