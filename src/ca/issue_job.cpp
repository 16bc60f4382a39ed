#include "ca/issue_job.h"

#include <algorithm>

#include "ca/cause_of_failure.h"

namespace ca {

bool IssueJob::is_left_to_other() const {
    const auto* failed = std::get_if<Failed>(&outcome_);
    return failed != nullptr ? failed->is_left_to_other
                             : std::holds_alternative<LeftToOther>(outcome_);
}

const acme::Failure* IssueJob::failure() const {
    const auto* failed = std::get_if<Failed>(&outcome_);
    return failed == nullptr ? nullptr : &failed->failure;
}

std::string_view IssueJob::cause() const {
    const auto* failed = std::get_if<Failed>(&outcome_);
    return failed == nullptr ? std::string_view{} : failed->cause;
}

void IssueJob::fail(std::string_view why, base::Error error) {
    fail(acme::Failure{std::move(error), std::nullopt, ca.server}, why);
}

void IssueJob::fail(acme::Failure with, std::string_view why) {
    outcome_ = Failed{std::move(with), why};
}

void IssueJob::fail(acme::Failure with) {
    const std::string_view why = cause_of(with);
    fail(std::move(with), why);
}

void IssueJob::leave_to_other() {
    if (auto* failed = std::get_if<Failed>(&outcome_)) {
        failed->is_left_to_other = true;
    } else {
        outcome_ = LeftToOther{};
    }
}

bool IssueJob::has_same_names() const {
    return names.ordered.size() == present.covered.size() &&
           std::all_of(names.ordered.begin(), names.ordered.end(),
                       [&](const dns::DnsName& name) { return covers(name.str()); });
}

void IssueJob::defer(std::string_view name, std::string_view why, base::Error reason) {
    auto& list = why == store::cause::kExcluded ? names.excluded : names.deferred;
    list.push_back({std::string{name}, why, std::move(reason)});
}

void IssueJob::drop_deferred() {
    const auto has = [](const std::vector<DeferredName>& list, const dns::DnsName& name) {
        return std::any_of(list.begin(), list.end(),
                           [&](const DeferredName& one) { return one.name == name.str(); });
    };
    auto& ordered = names.ordered;
    ordered.erase(std::remove_if(ordered.begin(), ordered.end(),
                                 [&](const dns::DnsName& name) {
                                     return has(names.deferred, name) || has(names.excluded, name);
                                 }),
                  ordered.end());
    if (!ordered.empty() || !alive()) return;
    if (names.deferred.empty()) return end_without_order();
    fail(names.deferred.front().cause, names.deferred.front().reason);
}

}  // namespace ca
