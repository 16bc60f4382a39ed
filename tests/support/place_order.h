#pragma once

#include <utility>

#include "async/all.h"
#include "ca/claim.h"
#include "orders/order.h"

namespace test {

/// As a flow does once it has its turn.
inline async::Task<void> ordering(const ca::Context& context, const orders::OrderDesk& desk,
                                  ca::IssueJob& job) {
    orders::Order order{context, desk, orders::OrderKind::real, job};
    async::Semaphore::Permit turn = co_await job.ca.session->new_orders().acquire();
    co_await order.run(std::move(turn));
}

/// Before an order the app is claimed.
inline void claim(const ca::Context& context, ca::IssueJob& job) {
    if (!job.hold.folder) static_cast<void>(ca::hold_folder(context, job));
    if (context.store.has_state(job.app().text())) return;
    static_cast<void>(context.store.update_state(
        job.app().text(), [](store::AppState& state) { state.enabled = true; }));
}

inline void place_order(const ca::Context& context, const orders::OrderDesk& desk,
                        ca::IssueJob& job) {
    claim(context, job);
    context.loop.run(ordering(context, desk, job));
}

}  // namespace test
