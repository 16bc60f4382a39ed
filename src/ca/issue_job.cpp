#include "ca/issue_job.h"

#include <algorithm>

#include "ca/cause_of_failure.h"

namespace ca {

void IssueJob::fail(acme::Failure with) {
    cause = cause_of(with);
    failure = std::move(with);
}

bool IssueJob::covers(std::string_view name) const {
    return std::find(covered.begin(), covered.end(), name) != covered.end();
}

bool IssueJob::has_same_names() const {
    return names.size() == covered.size() &&
           std::all_of(names.begin(), names.end(),
                       [&](const dns::DnsName& name) { return covers(name.str()); });
}

void IssueJob::defer(std::string_view name, std::string_view why, base::Error reason) {
    deferred.push_back({std::string{name}, why, std::move(reason)});
}

void IssueJob::drop_deferred() {
    const auto is_deferred = [&](const dns::DnsName& name) {
        return std::any_of(deferred.begin(), deferred.end(),
                           [&](const DeferredName& one) { return one.name == name.str(); });
    };
    names.erase(std::remove_if(names.begin(), names.end(), is_deferred), names.end());
    if (!names.empty() || !alive()) return;
    const auto first = std::find_if(deferred.begin(), deferred.end(), [](const DeferredName& one) {
        return one.cause != store::cause::kExcluded;
    });
    if (first != deferred.end()) return fail(first->cause, first->reason);
    nothing_to_do = true;
}

}  // namespace ca
