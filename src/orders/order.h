#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "acme/order_flow.h"
#include "async/semaphore.h"
#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/limits/limit_check.h"
#include "ca/session.h"

namespace orders {

/// What the orders of a run share.
struct OrderDesk {
    ca::CaSessions& sessions;
    /// Of the CAs; none where nothing is counted, at a CA for tests.
    ca::limits::LimitCheck* limits = nullptr;
    /// Many orders, and no operator waits for one of them.
    bool is_batch = false;
};

/// Does an order leave something behind?
enum class OrderKind {
    real,       ///< journalled, and given up where the app is not claimed any more
    rehearsal,  ///< thrown away: no later run goes on with it
};

/// Orders a certificate for a job that is alive, over its CA's connection. Afterwards the job has
/// `issued` and `key`, or `failure`, or neither where the app was taken from the run meanwhile.
///
/// Orders in flight and killed runs (docs/design.md 4.7): the order's URL and the new key are in
/// the app's state (store::RunningOrder) before the order can be finalized. The next run of the app
/// goes on with the order if it is for the same configuration, names, CA and account, and makes
/// another one if not. That run is the retry job's, store::kJournalPatience after the killed run
/// was last at work (orders/journal.h), if no operator types one before. It also removes the route
/// and a half-built folder of the killed run; TXT records only if the CA still asks for them.
class Order final : private acme::OrderJournal {
  public:
    /// All outlive it.
    Order(const ca::Context& context, const OrderDesk& desk, OrderKind kind, ca::IssueJob& job)
        : context_(context), desk_(desk), kind_(kind), job_(job) {}

    /// `turn` to send a new order to this CA (CaSession::new_orders), which is passed on once the
    /// CA has answered: what it says to one order, a limit, holds for the next already.
    async::Task<void> run(async::Semaphore::Permit turn);

  private:
    enum class After { ended, order_anew };

    // What the flow of the protocol tells and asks
    base::Result<void> ordered(const acme::OrderFlow& flow) override;
    async::Task<acme::Outcome<void>> present(
        std::vector<acme::ChosenChallenge> challenges) override;
    base::Result<void> goes_on() override;

    std::string find_resumable();
    bool begin_new();
    async::Task<After> carry_out(std::string order_url);
    acme::OrderPlan plan_of(const std::string& order_url);
    std::chrono::seconds patience() const;
    bool fits(const store::RunningOrder& order) const;
    async::Task<After> act_on(acme::Failure failure, const acme::OrderFlow& flow);
    bool take_new_key(const acme::Failure& failure);
    async::Task<bool> has_other_account();
    bool is_stuck(const acme::Failure& failure, const acme::OrderFlow& flow) const;
    bool tells_nothing(const acme::Failure& failure, const acme::OrderFlow& flow) const;
    async::Task<void> clean_up_records() const;
    acme::Failure local(base::Error error) const;
    After fail(acme::Failure failure, std::string_view why = {});

    const ca::Context& context_;
    const OrderDesk& desk_;
    OrderKind kind_;
    ca::IssueJob& job_;
    std::optional<async::Semaphore::Permit> turn_;
    std::string account_url_;               ///< that the order is of
    std::optional<base::UtcTime> ordered_;  ///< when an earlier run made the order
    std::string_view own_cause_;            ///< of what failed here, and not at the CA
    bool is_given_up_ = false;
    bool is_resumed_ = false;
    bool has_new_key_ = false;  ///< in place of one that the CA blocks
};

}  // namespace orders
