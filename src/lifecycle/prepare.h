#pragma once

#include <optional>

#include "async/task.h"
#include "ca/context.h"
#include "ca/issue_job.h"
#include "ca/refusal.h"
#include "ca/request.h"

namespace lifecycle {

using Prepared = base::Result<std::optional<ca::IssueJob>, ca::Refusal>;

/// Judges all that can be judged without the CA and without writing: domains, e-mail, server,
/// proxy, whether a certificate is due. Prints the official lines on the way (docs/dokku.md 11.1,
/// steps 1 to 3). Returns nothing if there is nothing to do.
async::Task<Prepared> prepare(ca::Context& context, dokku::AppName app, const ca::Request& request);

/// Once its DNS was looked at: is an order to be made for it, or a failure to be told? Where no
/// operator waits for an answer, an app whose names all wait for their DNS is left: it has nothing
/// to do then.
bool is_to_be_ordered(const ca::Context& context, ca::IssueJob& job, const ca::Request& request);

/// The official lines for an app whose certificate is good.
void tell_nothing_due(const ca::Context& context, const ca::IssueJob& job);

/// Once the app's lock is ours: reads again what another run may have changed meanwhile, and
/// returns whether there still is something to do. If not, the official lines were said. `io` or
/// `invalid_input` if what is known of the app cannot be read or used.
base::Result<bool> is_still_due(const ca::Context& context, ca::IssueJob& job,
                                const ca::Request& request);

}  // namespace lifecycle
