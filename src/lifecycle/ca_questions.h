#pragma once

#include "base/clock.h"
#include "dokku/app.h"
#include "dokku/certs.h"
#include "lifecycle/context.h"
#include "lifecycle/renewal_plan.h"
#include "lifecycle/revocation_watch.h"
#include "lifecycle/stored_pair.h"
#include "store/app_state.h"

namespace lifecycle {

/// What a run asks of CAs about certificates that are on this host: when to renew, and whether they
/// were revoked. A run does not wait for them for ever: the next goes on.
class CaQuestions {
  public:
    explicit CaQuestions(Context& context);

    /// About the certificate in use, what it is time for. Returns whether the app's state is
    /// another now.
    bool ask(const dokku::AppName& app, const dokku::CertificateStatus& status,
             const store::AppState& state);

    /// Has its CA revoked a pair that is to be used again, or called it back? Both its window and
    /// its lists are asked for; a CA that does not answer says nothing. What it says is kept in the
    /// app's state, for who cannot ask.
    bool was_revoked(const dokku::AppName& app, const StoredPair& pair);

    Context& context() const { return context_; }

  private:
    bool is_over() const { return context_.clock.monotonic() > deadline_; }
    bool is_called_back(const store::AppState& state, const std::string& server,
                        const crypto::Certificate& leaf);

    Context& context_;
    base::Clock::Monotonic deadline_;
    RenewalInquiry inquiry_;
    RevocationWatch watch_;
};

}  // namespace lifecycle
