#pragma once

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"

namespace orders {

/// `--preferred-chain`, for what a job's CA has issued: no such chain, or none that can be fetched,
/// leaves the CA's own, with a warning.
async::Task<void> prefer_chain(const ca::Context& context, ca::IssueJob& job);

}  // namespace orders
