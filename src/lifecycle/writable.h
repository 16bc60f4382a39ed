#pragma once

#include "ca/context.h"
#include "ca/issue_job.h"

namespace lifecycle {

/// Whether all that a run will have to write for this certificate can be written: what was issued
/// and cannot be kept would be ordered again and again, until the CA's limits are reached. `io`
/// names the first file or folder that stands in the way.
base::Result<void> require_writable(const ca::Context& context, const ca::IssueJob& job);

}  // namespace lifecycle
