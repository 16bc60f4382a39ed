#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "dokku/app.h"
#include "dokku/certs.h"
#include "lifecycle/context.h"
#include "lifecycle/renewal_plan.h"
#include "lifecycle/revocation_watch.h"

namespace lifecycle {

/// An app with a certificate of ours, and how long until that one is to be renewed (negative: due).
struct RenewalCandidate {
    dokku::AppName app;
    std::chrono::seconds left;
    std::string why;  ///< what decided, as "the certificate's lifetime"
};

enum class RenewalRun {
    typed,      ///< a graceperiod that was set holds to the letter
    scheduled,  ///< the daily run: clamped where it would renew all the time (policy.h)
};

struct Renewals {
    std::vector<RenewalCandidate> candidates;  ///< the most urgent first
    std::vector<dokku::AppName> unreadable;    ///< active, but nobody can say until when; warned of
};

/// What a run asks of CAs about certificates that are in use: when to renew, and whether they were
/// revoked. A run does not wait for them for ever: the next goes on.
class CaQuestions {
  public:
    explicit CaQuestions(Context& context);

    /// Asks what it is time for. Returns whether the app's state is another now.
    bool ask(const dokku::AppName& app, const dokku::CertificateStatus& status,
             const store::AppState& state);

  private:
    Context& context_;
    base::Clock::Monotonic deadline_;
    RenewalInquiry inquiry_;
    RevocationWatch watch_;
};

/// The active ones of `apps`. A graceperiod that is no number counts as not set, with a warning.
/// Without `questions` files are read, nobody is asked and nothing is mended.
Renewals find_renewals(const Context& context, const std::vector<dokku::AppName>& apps,
                       RenewalRun run, CaQuestions* questions = nullptr);

}  // namespace lifecycle
