// Why an OrderFlow ends without a certificate.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "acme/order_flow.h"
#include "base/text.h"

namespace acme {
namespace {

constexpr std::string_view kCompound = "urn:ietf:params:acme:error:compound";

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
        reasons.push_back(
            {"about:blank", "the authorization is " + authorization.status_text, identifier});
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

void OrderFlow::note_status(const Authorization& authorization) {
    if (authorization.status != AuthorizationStatus::invalid) return;
    const Identifier identifier = authorization.ordered();
    const bool ordered =
        std::any_of(plan_.wanted.begin(), plan_.wanted.end(),
                    [&](const Wanted& each) { return each.identifier == identifier; });
    const bool known = std::find(invalid_.begin(), invalid_.end(), identifier) != invalid_.end();
    if (ordered && !known) invalid_.push_back(identifier);
}

/// The order stays, to be resumed.
OrderFlow::Step OrderFlow::explain_overdue(Failure overdue) {
    const auto reasons = co_await read_reasons(IfPending::keep);
    if (reasons.empty()) co_return overdue;
    const Subproblem& first = reasons.front();
    overdue.error.message +=
        fmt::format("; of {}: \"{}\" ({})", base::printable(first.identifier->value),
                    base::printable(first.detail), base::printable(first.type));
    overdue.problem = join(std::nullopt, reasons);
    overdue.request = RequestKind::validation;
    co_return overdue;
}

OrderFlow::Step OrderFlow::explain_invalid() {
    const auto reasons = co_await read_reasons(IfPending::deactivate);
    Problem problem = join(order_->error, reasons);
    Failure failure =
        fail(problem.is("rateLimited") ? base::ErrorKind::rate_limited : base::ErrorKind::rejected,
             to_message(client_.name(), problem), order_url_);
    failure.problem = std::move(problem);
    // CAs look at CAA records once more before they sign, and tell of that later.
    const bool was_to_be_signed = invalid_.empty() && (finalize_attempts_ > 0 || was_processing_);
    failure.request = was_to_be_signed ? RequestKind::finalize : RequestKind::validation;
    co_return failure;
}

/// What the authorizations say, as far as there is time to ask them.
async::Task<std::vector<Subproblem>> OrderFlow::read_reasons(IfPending if_pending) {
    request_ = RequestKind::validation;
    auto reading = ask_each<std::optional<Authorization>>(
        RequestKind::validation, order_->authorizations.size(), [this, if_pending](std::size_t i) {
            return read_again(order_->authorizations[i], if_pending);
        });
    const auto answers = co_await reading;
    std::vector<Subproblem> reasons;
    for (const auto& answer : answers) {
        const bool is_read = answer && *answer && answer->value();
        if (!is_read) continue;
        note_status(*answer->value());
        for (Subproblem& reason : reasons_of(*answer->value()))
            reasons.push_back(std::move(reason));
    }
    co_return reasons;
}

/// Nothing where the answer cannot be read.
async::Task<Outcome<std::optional<Authorization>>> OrderFlow::read_again(std::string url,
                                                                         IfPending if_pending) {
    const auto response = co_await client_.post_as_get(url);
    if (!response) co_return response.error();
    auto authorization = parse_authorization(response->body);
    if (!authorization) co_return std::optional<Authorization>{};
    const bool is_pending = authorization->status == AuthorizationStatus::pending;
    if (is_pending && if_pending == IfPending::deactivate && may_go_on()) {
        // Left pending it would count against the account; whether this works changes nothing.
        const std::string deactivated = R"({"status":"deactivated"})";
        static_cast<void>(co_await client_.post(url, deactivated));
    }
    co_return std::optional{std::move(*authorization)};
}

}  // namespace acme
