// How an OrderFlow waits for the CA, and makes up for answers that got lost.
#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "acme/order_flow.h"
#include "async/sleep.h"
#include "base/asked_waits.h"
#include "base/text.h"

namespace acme {
namespace {

using std::chrono::milliseconds;

constexpr int kMostLostAnswers = 3;  ///< in a row

}  // namespace

Outcome<void> OrderFlow::may_go_on() {
    if (given_up_) return *given_up_;
    auto goes_on = journal_.goes_on();
    if (!goes_on) return give_up({std::move(goes_on).error(), std::nullopt, ""});
    return {};
}

/// What the journal refuses with holds, whatever else comes of requests under way.
Failure OrderFlow::give_up(Failure failure) {
    given_up_ = std::move(failure);
    return *given_up_;
}

Outcome<void> OrderFlow::may_send(RequestKind request) {
    request_ = request;
    if (auto may = may_go_on(); !may) return may;
    // What is issued is fetched, however late it is.
    const bool ends_anyway = request == RequestKind::certificate;
    if (!ends_anyway && client_.clock().monotonic() > plan_.deadline) return overdue();
    pace_.forget_asked();
    return {};
}

bool OrderFlow::is_our_turn() const {
    switch (order_->status) {
        case OrderStatus::pending:
            return !has_chosen_;
        case OrderStatus::ready:
            return !is_finalized_;
        case OrderStatus::valid:
            return !order_->certificate.empty();
        case OrderStatus::invalid:
            return true;
        case OrderStatus::processing:
        case OrderStatus::unknown:
            break;
    }
    return false;
}

OrderFlow::Step OrderFlow::wait_for_our_turn() {
    const auto waits_since = client_.clock().monotonic();
    while (!is_our_turn()) {
        auto seen = co_await poll();
        if (!seen) co_return seen;
        waits_for_pace_ = false;
        const bool is_of_validation = !is_finalized_ && lost_answers_ == 0;
        if (!is_of_validation || plan_.pace == nullptr) continue;
        const auto waited = client_.clock().monotonic() - waits_since;
        plan_.pace->note(std::chrono::floor<milliseconds>(waited), is_our_turn());
    }
    if (order_->status == OrderStatus::invalid) co_return co_await explain_invalid();
    co_return Outcome<void>{};
}

OrderFlow::Step OrderFlow::poll() {
    auto waited = co_await pause();
    if (!waited) co_return waited;
    co_return co_await read_order();
}

OrderFlow::Step OrderFlow::pause() {
    if (auto may = may_go_on(); !may) co_return may;
    const auto now = client_.clock().monotonic();
    const PollPace::Next next = pace_.next(now);
    if (next.at > plan_.deadline) co_return co_await end_overdue(next);
    const bool is_for_pace = waits_for_pace_ && !next.is_asked_for;
    if (is_for_pace) co_return co_await wait_for_pace();
    co_await async::sleep_for(std::chrono::ceil<milliseconds>(next.at - now));
    co_return Outcome<void>{};
}

/// Other orders may find out meanwhile that the CA takes less.
OrderFlow::Step OrderFlow::wait_for_pace() const {
    constexpr milliseconds kStep{250};
    for (milliseconds waited{0}; waited < plan_.pace->pause();) {
        const milliseconds step = std::min(plan_.pace->pause() - waited, kStep);
        co_await async::sleep_for(step);
        waited += step;
    }
    co_return Outcome<void>{};
}

/// The order is left to the next run. It was not refused, so that run need not be far off.
OrderFlow::Step OrderFlow::end_overdue(PollPace::Next next) {
    const auto asked_for = std::min<milliseconds>(
        std::chrono::ceil<milliseconds>(next.at - client_.clock().monotonic()),
        base::kLongestOrderPause);
    Failure failure = overdue();
    failure.error.retry_at =
        client_.clock().now() + std::chrono::ceil<std::chrono::seconds>(asked_for);
    if (next.is_asked_for || !may_tell_why()) co_return failure;
    co_return co_await explain_overdue(std::move(failure));
}

/// A CA may go on trying to validate, and say meanwhile what it meets (RFC 8555 section 8.2).
bool OrderFlow::may_tell_why() const {
    return !challenges_.empty() && lost_answers_ == 0 && order_ &&
           order_->status == OrderStatus::pending;
}

Failure OrderFlow::overdue() const {
    const std::string status =
        order_ ? fmt::format("the order is still {}", base::printable(order_->status_text, 40))
               : std::string("there is no order yet");
    auto failure =
        fail(base::ErrorKind::timeout,
             fmt::format("{} did not issue in time: {}", client_.name(), status), order_url_);
    constexpr int kOk = 200;
    if (order_ && lost_answers_ == 0) failure.status = kOk;  // it answered, and is slow
    if (!lost_) return failure;
    // What was asked in vain until now is why.
    failure.error.message += "; " + lost_->error.message;
    failure.problem = lost_->problem;
    failure.url = lost_->url;
    failure.request = lost_->request;
    failure.status = lost_->status;
    return failure;
}

void OrderFlow::note_answer() {
    lost_answers_ = 0;
    if (lost_ && lost_->request == request_) lost_.reset();
}

/// By reading the order.
OrderFlow::Step OrderFlow::look_again_after(Failure failure) {
    const bool may_be_there = failure.unanswered() || failure.not_known_yet();
    if (!may_be_there || ++lost_answers_ > kMostLostAnswers) co_return failure;
    lost_ = failure_of(request_, std::move(failure));
    co_return co_await poll();
}

}  // namespace acme
