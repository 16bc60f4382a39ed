#include "renewal/ca_inquiries.h"

#include <utility>
#include <vector>

#include "async/all.h"
#include "ca/replaced_certificate.h"

namespace renewal {

CaInquiries::CaInquiries(ca::Context& context)
    : context_(context),
      deadline_(context.clock.monotonic() + std::chrono::minutes{15}),
      inquiry_(context, kInquiryPause, deadline_),
      watch_(context, RevocationWatch::kMostBytes, deadline_) {}

async::Task<bool> CaInquiries::ask(dokku::AppName app, tls::CertificateStatus status,
                                   const store::AppState& state) {
    if (is_over()) co_return false;
    std::vector<async::Task<bool>> questions;
    questions.push_back(inquiry_.ask_if_due(app, status, state));
    questions.push_back(watch_.check_if_due(app, status, state));
    const auto changed = co_await async::all(std::move(questions));
    co_return changed[0] || changed[1];
}

/// A window that was moved, and is over, says it late in a certificate's life as well.
async::Task<bool> CaInquiries::is_called_back(const store::AppState& state, std::string server,
                                              const crypto::Certificate& leaf) {
    const auto window = co_await inquiry_.window_of(std::move(server), leaf);
    if (!window) co_return false;
    const base::UtcTime now = context_.clock.now();
    const bool was_moved = state.renewal && state.renewal->fingerprint == leaf.fingerprint() &&
                           state.renewal->start && *state.renewal->start != window->start;
    co_return (was_moved && window->end <= now) ||
        renewal::is_called_back({leaf.not_before(), leaf.not_after()}, window->end, now);
}

/// By what its CA says now.
async::Task<bool> CaInquiries::is_revoked(dokku::AppName app, const store::AppState& state,
                                          const StoredPair& pair) {
    const auto listed = co_await watch_.look_up(pair.chain);
    if (listed && *listed) co_return true;
    const crypto::Certificate& leaf = pair.chain.front();
    std::string server = ca::issuing_server(context_, app, state);
    const bool is_window_over = co_await is_called_back(state, std::move(server), leaf);
    co_return is_window_over;
}

async::Task<bool> CaInquiries::was_revoked(dokku::AppName app, const StoredPair& pair) {
    const crypto::Certificate& leaf = pair.chain.front();
    const auto state = context_.store.read_state(app.text());
    // Without the state it is not known what its CA has answered before.
    if (!state || is_known_revoked(*state, leaf, context_.clock.now())) co_return true;
    if (is_over()) co_return false;
    const bool is_revoked_now = co_await is_revoked(app, *state, pair);
    if (!is_revoked_now) co_return false;
    const auto kept = context_.store.update_existing_state(
        app.text(), [&](store::AppState& changed) { changed.revoked = leaf.fingerprint(); });
    if (!kept) context_.log.warn(kept.error().message);
    context_.log.warn(app.text() +
                      ": the CA has revoked the certificate that is kept on this host; it is not "
                      "used again");
    co_return true;
}

}  // namespace renewal
