#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acme/authorization.h"
#include "acme/certificate_chain.h"
#include "acme/client.h"
#include "acme/failure.h"
#include "acme/key_authorization.h"
#include "acme/order.h"
#include "base/clock.h"

namespace acme {

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
    /// Before the first look for validations, unless the CA names a time. Who has other orders to
    /// go on with asks more rarely. (To sign takes a CA less: that is looked for after 250 ms.)
    std::chrono::milliseconds first_pause{250};
};

enum class Next {
    again,               ///< call advance() at once
    present_challenges,  ///< make challenges() answerable, then call advance()
    wait,                ///< not before `until`, then call advance()
    done,                ///< certificate() is there
};

struct Step {
    Next next = Next::again;
    base::Clock::Monotonic until{};  ///< for `wait`
};

/// The way from newOrder to the certificate (RFC 8555 section 7.1.6), one step at a time, so that
/// many orders can share one Client. Each advance() makes at most two requests and never sleeps.
///
/// It polls the order and not its authorizations, goes straight to finalize if the order is `ready`
/// already, waits as Retry-After says (else `first_pause`, growing to 5 s), and never orders a
/// second time once the CA may have an order: after a crash construct it with the order's URL.
/// newOrder is sent again after one lost answer, and without `replaces` after a refusal of that. An
/// order or certificate that the CA says it does not know is asked for again a few times.
///
/// A failure is final. `timeout` after the deadline leaves the order to be resumed, and carries
/// what a CA that goes on trying says of the names; `rejected` carries the order's problem, with
/// one subproblem for each identifier that failed. Every failure says which request it is of, and
/// which authorizations turned `invalid` before.
class OrderFlow {
  public:
    /// `client` outlives it.
    OrderFlow(Client& client, OrderPlan plan);

    Outcome<Step> advance();

    /// For time in which this order could not go on though it was its turn.
    void extend(std::chrono::milliseconds by) { plan_.deadline += by; }

    /// To be journalled as soon as it is known. Empty before.
    const std::string& order_url() const noexcept { return order_url_; }

    /// The order as last seen.
    const std::optional<Order>& order() const noexcept { return order_; }

    /// The CA took the order as the one that `replaces` the former certificate, so that its limits
    /// need not count it. False for a resumed order, whose beginning another process saw.
    bool replaced() const noexcept { return replaced_; }

    /// The words with which the CA refused the order that carried `replaces`; empty if it did not.
    /// What followed is an ordinary order.
    const std::string& replaces_refused() const noexcept { return replaces_refused_; }

    /// From `present_challenges` on. Empty if the CA asks for no proof.
    const std::vector<ChosenChallenge>& challenges() const noexcept { return challenges_; }

    /// From `done` on.
    const std::optional<IssuedCertificate>& certificate() const noexcept { return certificate_; }

  private:
    enum class Phase {  // in this order
        new_order,
        read_order,
        read_authorizations,
        start_challenges,
        finalize,
        download,
        explain,
        done,
    };
    enum class Choice { made, not_needed, none_left };

    Outcome<Step> take_step();
    RequestKind request() const;
    void note_status(const Authorization& authorization);
    Outcome<Step> post_new_order();
    Outcome<Step> order_again_after(const Failure& failure);
    Outcome<Step> read_order();
    Outcome<Step> take_order(const http::Response& response, const std::string& url);
    Outcome<Step> act_on_order(const http::Response& response);
    Outcome<Step> read_authorization();
    Outcome<Choice> choose_challenge(const Authorization& authorization, const std::string& url);
    Outcome<Step> start_challenge();
    Outcome<Step> start_again_after(const Failure& failure);
    Outcome<Step> finalize();
    Outcome<Step> download();
    Outcome<Step> explain();
    Failure fail_with_reasons() const;
    Failure overdue_with_reasons() const;

    Outcome<Step> wait_for(std::optional<std::chrono::seconds> asked);
    Outcome<Step> read_again_after(const Failure& failure);
    bool may_tell_why() const;
    Step enter(Phase phase);
    void note_delay(const http::Response& response);
    void note_answer();
    Failure overdue() const;

    Client& client_;
    OrderPlan plan_;
    Phase phase_;
    std::string order_url_;
    std::optional<Order> order_;
    std::vector<ChosenChallenge> challenges_;
    std::optional<IssuedCertificate> certificate_;

    std::size_t index_ = 0;  ///< of the authorization or challenge at hand
    std::optional<base::Clock::Monotonic>
        not_before_;                   ///< what the answers to challenges asked for
    std::chrono::milliseconds pause_;  ///< until the next poll, unless told
    int lost_answers_ = 0;             ///< in a row, and answers that what we know is not known
    std::optional<Failure> lost_;      ///< the last of them, unless that request has worked since
    std::optional<Failure> overdue_;   ///< our own patience has ended; only its reasons are missing
    int challenge_restarts_ = 0;
    int finalize_attempts_ = 0;
    bool authorizations_read_ = false;
    bool finalized_ = false;  ///< the CA accepted the request
    bool was_processing_ = false;
    bool replaced_ = false;
    std::string replaces_refused_;
    std::vector<Subproblem> reasons_;
    std::vector<Identifier> invalid_;  ///< whose authorization was seen so
};

}  // namespace acme
