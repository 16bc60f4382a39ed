#pragma once

#include <optional>

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "renewal/ca_inquiries.h"

namespace renewal {

// While an operator's certificate is served, the one of ours lies in certs/current and is not used.
// Property `renew-unused` keeps it good, so that it can take its place without the CA.

/// Is the unused certificate of an app due for renewal? Not without one, while the property is off,
/// or where letsencrypt is off.
bool is_unused_due(const ca::Context& context, const dokku::AppName& app);

/// Takes the unused certificate for the one to install, if it is good for exactly the names that
/// would be ordered, not due, and its CA does not say that it was revoked: no order is needed then.
async::Task<bool> use_standby_pair(CaInquiries& inquiries, ca::IssueJob& job);

}  // namespace renewal
