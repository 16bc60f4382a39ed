#pragma once

#include <optional>

#include "lifecycle/context.h"
#include "lifecycle/issue_job.h"

namespace lifecycle {

/// How `enable` was asked for.
struct EnableWish {
    bool force = false;      ///< order although nothing is due
    bool all = false;        ///< --all: a pair that a person installed is left alone
    bool scheduled = false;  ///< the daily run
};

/// Judges all that can be judged without the CA and without writing: domains, e-mail, server,
/// proxy, whether a certificate is due. Prints the official lines on the way (contract 10.4 steps 1
/// to 3). Returns nothing if there is nothing to do.
base::Result<std::optional<IssueJob>> prepare(Context& context, const dokku::AppName& app,
                                              const EnableWish& wish);

/// `invalid_input` with the official words if the app has no e-mail address.
base::Result<void> require_email(const dokku::Settings& settings, const dokku::AppName& app);

/// Contract 10.4 step 4: HTTP-01 needs an http listener on port 80. Adds `http:80:N` to the port
/// map if there is another http or https mapping; the only place that ever touches a port map.
base::Result<void> require_port_80(Context& context, const IssueJob& job);

/// Once the app's lock is ours: reads again what another run may have changed meanwhile, and
/// returns whether there still is something to do. If not, the official lines were said.
base::Result<bool> is_still_due(const Context& context, IssueJob& job, const EnableWish& wish);

}  // namespace lifecycle
