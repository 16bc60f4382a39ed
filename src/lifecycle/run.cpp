#include "lifecycle/run.h"

#include <unistd.h>

#include "ca/clock.h"
#include "orders/progress.h"
#include "serving/valid_nginx.h"

namespace lifecycle {

Run::Run(ca::Context& run_context, const ca::Request& run_request, std::size_t flows,
         std::size_t orders_at_once)
    : context(run_context),
      request(run_request),
      sessions(context),
      limits(context, request.force, request.asks_at_once()),
      inquiries(context),
      windows(context),
      reloads(context, flows),
      order_slots(orders_at_once),
      desk{sessions, &limits, flows > 1},
      flows_(flows),
      started_(context.clock.monotonic()) {}

async::Task<base::Result<void>> Run::require_valid_nginx() {
    const async::Semaphore::Permit turn = co_await asks_nginx_.acquire();
    if (!nginx_) {
        nginx_ = co_await serving::require_valid_nginx(context);
        if (!*nginx_) context.log.warn(nginx_->error());
    }
    co_return *nginx_;
}

bool Run::has_lasted_too_long() const {
    constexpr std::chrono::hours kLongest{10};
    return context.clock.monotonic() - started_ > kLongest;
}

void Run::warn_of_clock(ca::CaSession& session) {
    const auto warning = ca::warn_of_clock(session.client());
    if (warning && warned_of_clock_.insert(&session).second) context.log.warn(*warning);
}

void Run::count_end(const ca::Context& flow_context, const ca::IssueJob& job) {
    ++ended_;
    if (!has_many()) return;
    const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
    flow_context.log.verbose(orders::count_of(ended_, flows_, on_terminal) +
                             orders::describe_end(job));
}

}  // namespace lifecycle
