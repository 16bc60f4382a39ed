#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "async/semaphore.h"
#include "async/task.h"
#include "ca/context.h"
#include "ca/limits/limit_check.h"
#include "ca/request.h"
#include "ca/session.h"
#include "orders/order.h"
#include "orders/silent_cas.h"
#include "renewal/ca_inquiries.h"
#include "renewal/renewal_plan.h"
#include "serving/reloads.h"
#include "serving/serve.h"

namespace lifecycle {

/// What the flows of one run share.
class Run {
  public:
    /// `flows` certificates, `orders_at_once` of them ordered at a time.
    Run(ca::Context& run_context, const ca::Request& run_request, std::size_t flows,
        std::size_t orders_at_once);

    bool has_many() const { return flows_ > 1; }

    /// Would nginx load what is there now? Asked once in a run; a complaint is told.
    async::Task<base::Result<void>> require_valid_nginx();

    /// A run that starts twice a day must not meet the next one.
    bool has_lasted_too_long() const;

    /// Once for each CA.
    void warn_of_clock(ca::CaSession& session);

    /// In a run over many, one line as a flow ends.
    void count_end(const ca::Context& flow_context, const ca::IssueJob& job);

    ca::Context& context;
    const ca::Request& request;
    ca::CaSessions sessions;
    ca::limits::LimitCheck limits;
    renewal::CaInquiries inquiries;
    renewal::RenewalInquiry windows;  ///< of the certificates that it installs
    serving::Reloads reloads;
    async::Semaphore order_slots;
    orders::OrderDesk desk;
    orders::SilentCas silent_cas;

  private:
    std::size_t flows_;
    std::size_t ended_ = 0;
    base::Clock::Monotonic started_;
    async::Semaphore asks_nginx_{1};
    std::optional<base::Result<void>> nginx_;
    std::set<const ca::CaSession*> warned_of_clock_;
};

}  // namespace lifecycle
