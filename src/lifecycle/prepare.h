#pragma once

#include <optional>

#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/refusal.h"
#include "ca/request.h"

namespace lifecycle {

using Prepared = base::Result<std::optional<ca::IssueJob>, ca::Refusal>;

/// Judges all that can be judged without the CA and without writing: domains, e-mail, server,
/// proxy, whether a certificate is due. Prints the official lines on the way (docs/dokku.md 11.1,
/// steps 1 to 3). Returns nothing if there is nothing to do.
Prepared prepare(ca::Context& context, const dokku::AppName& app, const ca::Request& request);

/// The official lines for an app whose certificate is good.
void tell_nothing_due(const ca::Context& context, const ca::IssueJob& job);

/// Once the app's lock is ours: reads again what another run may have changed meanwhile, and
/// returns whether there still is something to do. If not, the official lines were said. `io` or
/// `invalid_input` if what is known of the app cannot be read or used.
base::Result<bool> is_still_due(const ca::Context& context, ca::IssueJob& job,
                                const ca::Request& request);

}  // namespace lifecycle
