#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "ca/context.h"
#include "ca/issue_job.h"

namespace orders {

/// How a run orders, and what it does beside. What the functions take of the time is no order's.
struct OrderRun {
    std::size_t in_flight = 16;  ///< orders at once: the host's property renew-concurrency
    bool journals = true;        ///< else nothing is left for a later run to resume
    bool is_batch = false;       ///< many orders, and no operator waits for one of them
    /// Right before a job's order: it may end the job (fail, or have nothing to do), then nothing
    /// is ordered.
    std::function<void(ca::IssueJob&)> begin{};
    /// Right before a new order is sent, not for one that is resumed: it may fail the job, then
    /// nothing is sent.
    std::function<void(ca::IssueJob&)> reserve{};
    /// The CA took a new order; `replaces`: as the one that replaces a certificate (RFC 9773).
    std::function<void(ca::IssueJob&, bool replaces)> ordered{};
    /// An order of the job failed, and validations were spent on it (Failure::invalid). It may be
    /// one of an earlier run, after which the job is ordered anew.
    std::function<void(const ca::IssueJob&, const acme::Failure&)> refused{};
    /// Asked before each step of an order; false gives it up, with neither `issued` nor `failure`.
    std::function<bool(const ca::IssueJob&)> goes_on{};
    /// The order has ended: `issued` and `key` are there, or `failure`. Returns whether the job is
    /// to be ordered once more, without what the CA refused.
    std::function<bool(ca::IssueJob&)> ended{};
};

/// Orders a certificate for each living job, several at a time over their CA's connection: while
/// one waits for the CA, others go on. Afterwards a job has `issued` and `key`, or `failure`, or
/// neither where `goes_on` gave it up or `begin` found nothing to do.
///
/// Orders in flight and killed runs (docs/design.md 4.7): the order's URL and the new key are in
/// the app's state (store::RunningOrder) before the order can be finalized. The next run of the app
/// goes on with the order if it is for the same configuration, names, CA and account, and makes
/// another one if not. That run is the retry job's, store::kJournalPatience after the killed run
/// was last at work (orders/journal.h), if no operator types one before. It also removes the route
/// and a half-built folder of the killed run; TXT records only if the CA still asks for them.
void run_orders(ca::Context& context, ca::CaSessions& sessions,
                const std::vector<ca::IssueJob*>& jobs, const OrderRun& run = {});

}  // namespace orders
