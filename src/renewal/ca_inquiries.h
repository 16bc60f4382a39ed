#pragma once

#include "async/task.h"
#include "base/clock.h"
#include "ca/context.h"
#include "dokku/app.h"
#include "renewal/renewal_plan.h"
#include "renewal/revocation_watch.h"
#include "renewal/stored_pair.h"
#include "store/app_state.h"
#include "tls/certs.h"

namespace renewal {

/// What a run asks of CAs about certificates that are on this host, of many apps side by side: when
/// to renew, and whether they were revoked. A run does not wait for them for ever: the next goes
/// on. Outlives its questions.
class CaInquiries {
  public:
    explicit CaInquiries(ca::Context& context);

    /// About the certificate in use, what it is time for. `state` stays where it is meanwhile.
    /// Returns whether the app's state is another now.
    async::Task<bool> ask(dokku::AppName app, tls::CertificateStatus status,
                          const store::AppState& state);

    /// Has its CA revoked a pair that is to be used again, or called it back? Both its window and
    /// its lists are asked for; a CA that does not answer says nothing. What it says is kept in the
    /// app's state, for who cannot ask. The pair stays where it is meanwhile.
    async::Task<bool> was_revoked(dokku::AppName app, const StoredPair& pair);

    ca::Context& context() const { return context_; }

  private:
    bool is_over() const { return context_.clock.monotonic() > deadline_; }
    async::Task<bool> is_called_back(const store::AppState& state, std::string server,
                                     const crypto::Certificate& leaf);
    async::Task<bool> is_revoked(dokku::AppName app, const store::AppState& state,
                                 const StoredPair& pair);

    ca::Context& context_;
    base::Clock::Monotonic deadline_;
    RenewalInquiry inquiry_;
    RevocationWatch watch_;
};

}  // namespace renewal
