#pragma once

#include <string>
#include <vector>

#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"
#include "lifecycle/request.h"

namespace lifecycle {

/// Of the names that would be ordered those that the certificate in place does not have.
std::vector<std::string> uncovered_names(const IssueJob& job);

/// What the preflight left over decides whether an order is worth it (docs/design.md 2.2): all
/// names or none with `strict`; no order for exactly what is covered; and where nobody asked, no
/// order that would lose a covered name before its failure has lasted (policy.h).
void settle(const Context& context, IssueJob& job, const EnableWish& wish);

/// After a failed order: names that the CA refused by name leave it. Returns whether the others are
/// worth one more order.
bool drop_refused_names(const Context& context, IssueJob& job, const EnableWish& wish);

}  // namespace lifecycle
