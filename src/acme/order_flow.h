#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acme/authorization.h"
#include "acme/certificate_chain.h"
#include "acme/client.h"
#include "acme/failure.h"
#include "acme/order.h"
#include "acme/order_plan.h"
#include "acme/pace/poll_pace.h"
#include "acme/problem.h"
#include "async/batch.h"
#include "async/task.h"

namespace acme {

/// The way from newOrder to the certificate (RFC 8555 section 7.4). Many flows may share one
/// Client. What does not depend on each other is asked side by side.
///
/// It polls the order and not its authorizations, goes straight to finalize if the order is `ready`
/// already, waits as Retry-After says (else 250 ms, or as OrderPlan::pace has it, growing to 5 s),
/// and never orders a second time once the CA may have an order: after a crash construct it with
/// the order's URL.
/// newOrder is sent again after one lost answer, and without `replaces` after a refusal of that. An
/// order or certificate that the CA says it does not know is asked for again a few times.
///
/// A failure is final. `timeout` after the deadline leaves the order to be resumed, and carries
/// what a CA that goes on trying says of the names; `rejected` carries the order's problem, with
/// one subproblem for each identifier that failed. Every failure of the CA says which request it is
/// of, and which authorizations turned `invalid` before. What the journal fails with is of none,
/// and has neither URL nor status.
class OrderFlow {
  public:
    /// `client` and `journal` outlive it.
    OrderFlow(Client& client, OrderPlan plan, OrderJournal& journal);
    OrderFlow(const OrderFlow&) = delete;
    OrderFlow& operator=(const OrderFlow&) = delete;
    OrderFlow(OrderFlow&&) = delete;
    OrderFlow& operator=(OrderFlow&&) = delete;
    ~OrderFlow() = default;

    /// To the end, once.
    async::Task<Outcome<IssuedCertificate>> run();

    /// Empty before the CA has made an order.
    const std::string& order_url() const noexcept { return order_url_; }

    /// The order as last seen, also after a failure.
    const std::optional<Order>& order() const noexcept { return order_; }

    /// The CA took the order as the one that `replaces` the former certificate, so that its limits
    /// need not count it. False for a resumed order, whose beginning another process saw.
    bool replaced() const noexcept { return replaced_; }

    /// The words with which the CA refused the order that carried `replaces`; empty if it did not.
    /// What followed is an ordinary order.
    const std::string& replaces_refused() const noexcept { return replaces_refused_; }

  private:
    /// What a step of the flow gives. It fails with what ends the flow.
    using Step = async::Task<Outcome<void>>;
    enum class Choice { made, not_needed, none_left };
    enum class IfPending { keep, deactivate };
    /// Nothing where it was not asked.
    template <class T>
    using Answers = std::vector<std::optional<Outcome<T>>>;

    async::Task<Outcome<IssuedCertificate>> obtain();

    Step post_new_order();
    bool may_order_again_after(const Failure& failure);
    Outcome<void> take_new_order(const http::Response& response);
    Step read_order();
    Outcome<void> take_order(const http::Response& response, const std::string& url);
    Step finalize();
    Step finalize_again_after(Failure failure);
    Step download();

    // Proofs (order_flow_proofs.cpp)
    Step read_authorizations();
    async::Task<Outcome<Authorization>> read_authorization(std::string url);
    Step choose_challenges(Answers<Authorization> answers);
    Outcome<Choice> choose_challenge(const Authorization& authorization, const std::string& url);
    Step present_challenges();
    Step start_challenges();
    async::Task<Outcome<http::Response>> start_challenge(std::string url);
    Outcome<void> start_again_after(const Failure& failure);

    // Waits (order_flow_wait.cpp)
    Outcome<void> may_go_on();
    Outcome<void> may_send(RequestKind request);
    template <class T>
    async::Task<Answers<T>> ask_each(RequestKind request, std::size_t count,
                                     std::function<async::Task<Outcome<T>>(std::size_t)> ask) {
        async::Batch<Outcome<T>> batch;
        batch.count = count;
        batch.at_once = RequestLimits::kMostAtOnce;
        batch.may_start = [this, request] { return may_send(request).has_value(); };
        batch.start = std::move(ask);
        return async::run_batch(std::move(batch));
    }
    Failure give_up(Failure failure);
    bool is_our_turn() const;
    Step wait_for_our_turn();
    Step poll();
    Step pause();
    Step wait_for_pace() const;
    Step end_overdue(PollPace::Next next);
    Failure overdue() const;
    bool may_tell_why() const;
    void note_answer();
    Step look_again_after(Failure failure);

    // Why there is no certificate (order_flow_reasons.cpp)
    Step explain_invalid();
    Step explain_overdue(Failure overdue);
    async::Task<std::vector<Subproblem>> read_reasons(IfPending if_pending);
    async::Task<Outcome<std::optional<Authorization>>> read_again(std::string url,
                                                                  IfPending if_pending);
    void note_status(const Authorization& authorization);

    Client& client_;
    OrderPlan plan_;
    OrderJournal& journal_;
    PollPace pace_;
    bool waits_for_pace_ = false;  ///< for the first look, as long as the orders of the run do
    std::string order_url_;
    std::optional<Order> order_;
    std::optional<IssuedCertificate> certificate_;
    bool replaced_ = false;
    std::string replaces_refused_;

    RequestKind request_ = RequestKind::none;  ///< what was asked last, or is about to be
    std::optional<Failure> given_up_;          ///< what the journal refused with
    int lost_answers_ = 0;         ///< in a row, and answers that what we know is not known
    std::optional<Failure> lost_;  ///< the last of them, unless that request has worked since

    std::map<std::string, Authorization> authorizations_;  ///< by URL, as read in this round
    std::vector<ChosenChallenge> challenges_;
    bool has_chosen_ = false;   ///< `challenges_` are all that the CA wants to see
    bool is_to_start_ = false;  ///< it is to be told to look at them
    int challenge_restarts_ = 0;
    int finalize_attempts_ = 0;
    bool is_finalized_ = false;  ///< the CA accepted the request
    bool was_processing_ = false;
    std::vector<Identifier> invalid_;  ///< whose authorization was seen so
};

}  // namespace acme
