#pragma once

#include <string>
#include <vector>

#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/request.h"

namespace orders {

/// Of the names that would be ordered those that the certificate in place does not have.
std::vector<std::string> uncovered_names(const ca::IssueJob& job);

/// What the preflight left over decides whether an order is worth it (docs/design.md 2.2): all
/// names or none with `strict`; no order for exactly what is covered; and in an automatic run, no
/// order that would lose a covered name before its failure has lasted (renewal/rule.h).
void decide_order(const ca::Context& context, ca::IssueJob& job, const ca::Request& request);

/// After a failed order: names that the CA refused by name leave it. Returns whether the others are
/// worth one more order.
bool drop_rejected_names(const ca::Context& context, ca::IssueJob& job, const ca::Request& request);

}  // namespace orders
