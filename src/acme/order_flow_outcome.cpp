// How an OrderFlow waits, and how it ends without a certificate.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "acme/order_flow.h"
#include "base/asked_waits.h"
#include "base/text.h"
#include "http/retry_after.h"

namespace acme {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestPause{5000};
constexpr int kMostLostAnswers = 3;  ///< in a row
constexpr std::string_view kCompound = "urn:ietf:params:acme:error:compound";

std::string_view to_string(AuthorizationStatus status) {
    switch (status) {
        case AuthorizationStatus::pending:
            return "pending";
        case AuthorizationStatus::valid:
            return "valid";
        case AuthorizationStatus::invalid:
            return "invalid";
        case AuthorizationStatus::deactivated:
            return "deactivated";
        case AuthorizationStatus::expired:
            return "expired";
        case AuthorizationStatus::revoked:
            return "revoked";
        case AuthorizationStatus::unknown:
            break;
    }
    return "unknown";
}

/// Why an authorization stands in the way: what its challenges say, or at least its status.
std::vector<Subproblem> reasons_of(const Authorization& authorization) {
    std::vector<Subproblem> reasons;
    if (authorization.status == AuthorizationStatus::valid) return reasons;
    const Identifier identifier = authorization.ordered();
    for (const Challenge& challenge : authorization.challenges) {
        if (!challenge.error) continue;
        reasons.push_back({challenge.error->type, challenge.error->detail, identifier,
                           challenge.error->instance});
    }
    const bool is_open = authorization.status == AuthorizationStatus::pending ||
                         authorization.status == AuthorizationStatus::unknown;
    if (reasons.empty() && !is_open) {
        reasons.push_back({"about:blank",
                           fmt::format("the authorization is {}", to_string(authorization.status)),
                           identifier});
    }
    return reasons;
}

bool is_about(const Subproblem& subproblem, const std::optional<Identifier>& identifier) {
    return subproblem.identifier && identifier &&
           normalized(*subproblem.identifier) == normalized(*identifier);
}

/// The order's own error with one subproblem for each reason; without such an error, the reasons'
/// common one.
Problem join(const std::optional<Problem>& error, const std::vector<Subproblem>& reasons) {
    Problem whole = error.value_or(Problem{});
    if (!error && !reasons.empty()) {
        const Subproblem& first = reasons.front();
        const bool alike = std::all_of(reasons.begin(), reasons.end(), [&](const auto& reason) {
            return reason.type == first.type;
        });
        whole.type = alike ? first.type : std::string(kCompound);
        whole.detail = first.detail;
    }
    for (const Subproblem& reason : reasons) {
        const bool known = std::any_of(
            whole.subproblems.begin(), whole.subproblems.end(),
            [&](const Subproblem& other) { return is_about(other, reason.identifier); });
        if (!known) whole.subproblems.push_back(reason);
    }
    return whole;
}

std::string to_message(std::string_view ca, const Problem& problem) {
    if (problem.subproblems.empty() && problem.detail.empty() && problem.type.empty()) {
        return fmt::format("{} made the order invalid and gave no reason", ca);
    }
    if (problem.subproblems.empty() || !problem.subproblems.front().identifier) {
        return fmt::format("{} refused the order: \"{}\" ({})", ca, base::printable(problem.detail),
                           base::printable(problem.type));
    }
    const Subproblem& first = problem.subproblems.front();
    std::string message =
        fmt::format("{} refused {}: \"{}\" ({})", ca, base::printable(first.identifier->value),
                    base::printable(first.detail), base::printable(first.type));
    const std::size_t more = problem.subproblems.size() - 1;
    if (more > 0) message += fmt::format(", and {} more", more);
    return message;
}

}  // namespace

/// What a failure of the coming step is of.
RequestKind OrderFlow::request() const {
    switch (phase_) {
        case Phase::new_order:
            return RequestKind::new_order;
        case Phase::read_order:
            return RequestKind::order;
        case Phase::read_authorizations:
            return RequestKind::authorization;
        case Phase::start_challenges:
            return RequestKind::challenge;
        case Phase::finalize:
            return RequestKind::finalize;
        case Phase::download:
            return RequestKind::certificate;
        case Phase::explain:
            return RequestKind::validation;
        case Phase::done:
            break;
    }
    return RequestKind::none;
}

void OrderFlow::note_status(const Authorization& authorization) {
    if (authorization.status != AuthorizationStatus::invalid) return;
    const Identifier identifier = authorization.ordered();
    const bool ordered =
        std::any_of(plan_.wanted.begin(), plan_.wanted.end(),
                    [&](const Wanted& each) { return each.identifier == identifier; });
    const bool known = std::find(invalid_.begin(), invalid_.end(), identifier) != invalid_.end();
    if (ordered && !known) invalid_.push_back(identifier);
}

Outcome<Step> OrderFlow::wait_for(std::optional<std::chrono::seconds> asked) {
    const auto now = client_.clock().monotonic();
    milliseconds delay = pause_;
    const bool wants_time = asked.has_value() || not_before_.has_value();
    if (asked && asked->count() > 0) {
        delay = *asked;
    } else {
        pause_ = std::min(pause_ * 3 / 2, kLongestPause);
    }
    auto until = now + delay;
    if (not_before_) until = std::max(until, *std::exchange(not_before_, std::nullopt));
    if (until > plan_.deadline) {
        // The order is left to the next run. It was not refused, so that run need not be far off.
        const auto asked_for = std::min<milliseconds>(std::chrono::ceil<milliseconds>(until - now),
                                                      base::kLongestOrderPause);
        Failure failure = overdue();
        failure.error.retry_at =
            client_.clock().now() + std::chrono::ceil<std::chrono::seconds>(asked_for);
        if (wants_time || !may_tell_why()) return failure;
        overdue_ = std::move(failure);
        return enter(Phase::explain);
    }
    enter(Phase::read_order);
    return Step{Next::wait, until};
}

/// A CA may go on trying to validate, and say meanwhile what it meets (RFC 8555 section 8.2).
bool OrderFlow::may_tell_why() const {
    return !challenges_.empty() && lost_answers_ == 0 && order_ &&
           order_->status == OrderStatus::pending;
}

void OrderFlow::note_delay(const http::Response& response) {
    const auto asked = http::retry_after(response, client_.clock().now());
    if (!asked) return;
    const auto moment = client_.clock().monotonic() + *asked;
    if (!not_before_ || *not_before_ < moment) not_before_ = moment;
}

void OrderFlow::note_answer() {
    lost_answers_ = 0;
    if (lost_ && lost_->request == request()) lost_.reset();
}

Outcome<Step> OrderFlow::read_again_after(const Failure& failure) {
    const bool may_be_there = failure.unanswered() || failure.not_known_yet();
    if (!may_be_there || ++lost_answers_ > kMostLostAnswers) return failure;
    lost_ = outcome_of<Step>(request(), failure).error();
    return wait_for(std::nullopt);
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

Outcome<Step> OrderFlow::explain() {
    const bool in_time = client_.clock().monotonic() <= plan_.deadline;
    if (!in_time || index_ == order_->authorizations.size()) return fail_with_reasons();
    const std::string& url = order_->authorizations[index_++];
    const auto response = client_.post_as_get(url);
    if (!response) return fail_with_reasons();
    if (const auto authorization = parse_authorization(response->body)) {
        note_status(*authorization);
        for (Subproblem& reason : reasons_of(*authorization))
            reasons_.push_back(std::move(reason));
        if (authorization->status == AuthorizationStatus::pending && !overdue_) {
            // Left pending it would count against the account; whether this works changes nothing.
            static_cast<void>(client_.post(url, R"({"status":"deactivated"})"));
        }
    }
    if (index_ < order_->authorizations.size()) return Step{};
    return fail_with_reasons();
}

/// The order stays, to be resumed.
Failure OrderFlow::overdue_with_reasons() const {
    Failure failure = *overdue_;
    if (reasons_.empty()) return failure;
    const Subproblem& first = reasons_.front();
    failure.error.message +=
        fmt::format("; of {}: \"{}\" ({})", base::printable(first.identifier->value),
                    base::printable(first.detail), base::printable(first.type));
    failure.problem = join(std::nullopt, reasons_);
    failure.request = RequestKind::validation;
    return failure;
}

Failure OrderFlow::fail_with_reasons() const {
    if (overdue_) return overdue_with_reasons();
    Problem problem = join(order_->error, reasons_);
    Failure failure =
        fail(problem.is("rateLimited") ? base::ErrorKind::rate_limited : base::ErrorKind::rejected,
             to_message(client_.name(), problem), order_url_);
    failure.problem = std::move(problem);
    // CAs look at CAA records once more before they sign, and tell of that later.
    const bool was_to_be_signed = invalid_.empty() && (finalize_attempts_ > 0 || was_processing_);
    failure.request = was_to_be_signed ? RequestKind::finalize : RequestKind::validation;
    return failure;
}

}  // namespace acme
