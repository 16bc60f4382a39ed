#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "acme/challenge.h"
#include "acme/failure.h"
#include "acme/identifier.h"
#include "acme/key_authorization.h"
#include "acme/pace/validation_pace.h"
#include "async/task.h"
#include "base/clock.h"
#include "base/result.h"

namespace acme {

class OrderFlow;

/// A name to put into the certificate, and how control of it is shown.
struct Wanted {
    Identifier identifier;
    std::string challenge_type{kHttp01};
};

/// A challenge that the CA is going to look at.
struct ChosenChallenge {
    Identifier identifier;  ///< as ordered, `*.` included
    Challenge challenge;
    KeyAuthorization key_authorization;
};

/// What one OrderFlow needs to know.
struct OrderPlan {
    std::vector<Wanted> wanted;
    /// Makes the certificate request (DER) for exactly the wanted names; called right before
    /// finalize, at most a few times, always to be signed with the same certificate key. That key
    /// must be on disk by then: what is issued after a crash belongs to it.
    std::function<base::Result<std::string>()> csr;
    base::Clock::Monotonic deadline;
    /// Resume this order instead of making a new one.
    std::string order_url{};
    /// One of the directory's profiles; empty: the CA chooses.
    std::string profile{};
    /// The certID (acme/renewal_info.h) of the certificate that this order renews (RFC 9773 section
    /// 5); empty: none. It never costs a certificate: if the CA refuses the order, the flow asks
    /// once more without it.
    std::string replaces{};
    /// Shared by the orders of a run at one CA; null for one that an operator waits for, which is
    /// looked at more often. It outlives the flow.
    ValidationPace* pace = nullptr;
};

/// What an OrderFlow tells, and asks, of the run that it belongs to. All of these fail as the run
/// has it, say with `io` for an order that cannot be kept: that ends the flow as it is.
class OrderJournal {
  public:
    OrderJournal() = default;
    OrderJournal(const OrderJournal&) = delete;
    OrderJournal& operator=(const OrderJournal&) = delete;
    OrderJournal(OrderJournal&&) = delete;
    OrderJournal& operator=(OrderJournal&&) = delete;
    virtual ~OrderJournal() = default;

    /// The CA has made a new order, of which order_url(), replaced() and replaces_refused() tell
    /// already: to be kept before anything else is asked. Not called for one that is resumed.
    virtual base::Result<void> ordered(const OrderFlow& flow) = 0;

    /// Makes these answerable, before the CA is told to look. Called once for each round of
    /// challenges; more than one round where some could not be started. The time that it takes
    /// moves the deadline.
    virtual async::Task<Outcome<void>> present(std::vector<ChosenChallenge> challenges) = 0;

    /// Asked before each request and each wait: may the order go on?
    virtual base::Result<void> goes_on() = 0;
};

}  // namespace acme
