#pragma once

#include <optional>

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "renewal/ca_inquiries.h"

namespace orders {

// A certificate that is not valid yet by this host's clock. Ordered once more, the next would not
// be either: it is kept with its key in the journal of its order, and installed when the time has
// come or the clock was set right.

/// When the issued certificate can be installed, if that is still to come.
std::optional<base::UtcTime> installable_from(const ca::Context& context, const ca::IssueJob& job);

/// Keeps it and lets the job fail until then. `io` and the like if it cannot be kept.
base::Result<void> keep_until(const ca::Context& context, ca::IssueJob& job, base::UtcTime from);

/// Takes the one that was kept for exactly this configuration and these names as the one to
/// install, once its time has come unless its CA has revoked it meanwhile: then it is dropped.
/// Returns whether there is one.
async::Task<bool> use_early_certificate(renewal::CaInquiries& inquiries, ca::IssueJob& job);

}  // namespace orders
